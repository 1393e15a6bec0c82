import { createHash } from 'node:crypto';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { createKeyChecker, parseKeyHashes } from '../../../shared/ingest/keys.ts';

const mock = mockClient(DynamoDBClient);
afterAll(() => mock.restore());
const client = new DynamoDBClient({ region: 'eu-west-1' });
const hash = (key: string) => createHash('sha256').update(key).digest('hex');
const item = (over: object = {}) => ({ Item: { pk: { S: 'x' }, ...over } });
const statusOf = async (keys: ReturnType<typeof checker>, key: string) => (await keys.check(key)).status;
const lookUps = () => mock.commandCalls(GetItemCommand).length;

let now = 0;
const checker = (staticHashes: string[] = []) =>
  createKeyChecker({ client, table: 'keys', staticHashes, now: () => now });

beforeEach(() => {
  mock.reset();
  mock.on(GetItemCommand).resolves({});
  now = 0;
});

describe('createKeyChecker', () => {
  it('knows static keys without a look-up', async () => {
    const keys = checker([hash('one'), hash('two').toUpperCase()]);
    expect(await statusOf(keys, 'one')).toBe('valid');
    expect(await statusOf(keys, 'two')).toBe('valid');
    expect(lookUps()).toBe(0);
    expect(await statusOf(keys, 'three')).toBe('unknown');
  });

  it('asks the table for the hash of a key, never for the key', async () => {
    mock.on(GetItemCommand).resolves(item());
    expect(await statusOf(checker(), 'secret')).toBe('valid');
    const { input } = mock.commandCalls(GetItemCommand)[0]!.args[0];
    expect(input).toMatchObject({ TableName: 'keys', Key: { pk: { S: hash('secret') } } });
    expect(JSON.stringify(input)).not.toContain('secret');
  });

  it('tells disabled keys', async () => {
    mock.on(GetItemCommand).resolves(item({ disabled: { BOOL: true } }));
    expect(await statusOf(checker(), 'revoked')).toBe('disabled');
    mock.on(GetItemCommand).resolves(item({ disabled: { BOOL: false } }));
    expect(await statusOf(checker(), 'other')).toBe('valid');
  });

  it.each([
    ['valid', item()],
    ['unknown', {}],
  ])('remembers for a minute that a key is %s', async (status, answer) => {
    mock.on(GetItemCommand).resolves(answer);
    const keys = checker();
    await keys.check('key');
    now = 59_999;
    expect(await statusOf(keys, 'key')).toBe(status);
    expect(lookUps()).toBe(1);
    now = 60_000;
    await keys.check('key');
    expect(lookUps()).toBe(2);
  });

  it('asks once for requests that come together', async () => {
    const keys = checker();
    await Promise.all([keys.check('key'), keys.check('key'), keys.check('key')]);
    expect(lookUps()).toBe(1);
  });

  it('does not remember a failed look-up', async () => {
    mock.on(GetItemCommand).rejectsOnce(new Error('gone')).resolves(item());
    const keys = checker();
    await expect(keys.check('key')).rejects.toThrow('gone');
    expect(await statusOf(keys, 'key')).toBe('valid');
  });

  it('forgets the oldest under a flood of wrong keys, and asks nothing about absurd ones', async () => {
    const keys = checker();
    for (let n = 0; n <= 10_000; n++) await keys.check(`wrong-${n}`);
    expect(lookUps()).toBe(10_001);
    await keys.check('wrong-10000');
    expect(lookUps()).toBe(10_001);
    await keys.check('wrong-0');
    expect(lookUps()).toBe(10_002);
    expect(await statusOf(keys, 'x'.repeat(1_000))).toBe('unknown');
    expect(lookUps()).toBe(10_002);
  });
});

describe('parseKeyHashes', () => {
  it('reads a list and leaves out what is no hash', () => {
    expect(parseKeyHashes(undefined)).toEqual([]);
    expect(parseKeyHashes('')).toEqual([]);
    expect(parseKeyHashes(` ${hash('a')}, nonsense,${hash('b')},`)).toEqual([hash('a'), hash('b')]);
  });
});
