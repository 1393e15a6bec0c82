import { createHmac } from 'node:crypto';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it, test } from 'vitest';
import { formatKeyring, KEYRING_TTL_MS, parseKeyring } from '../../../shared/privacy/keyring.ts';
import { KeyringError, Pseudonyms } from '../../../shared/privacy/pseudonyms.ts';
import { createPseudonymSource } from '../../../shared/privacy/secret.ts';

const key = (id: string, from: number) => ({ id, from, key: Buffer.from(`${id}-0123456789abcdef`) });
const expected = (id: string, value: string) =>
  `psn_${id}_${createHmac('sha256', `${id}-0123456789abcdef`).update(value).digest('base64url').slice(0, 32)}`;

describe('pseudonyms', () => {
  const pseudonyms = new Pseudonyms([key('k2', 1_000), key('k1', 0)]);

  it('are HMAC-SHA-256 under the key of the event’s time', () => {
    expect(pseudonyms.of('max@example.com', 999)).toBe(expected('k1', 'max@example.com'));
    expect(pseudonyms.of('max@example.com', 1_000)).toBe(expected('k2', 'max@example.com'));
    expect(pseudonyms.of('max@example.com', -5)).toBe(expected('k1', 'max@example.com'));
    expect(pseudonyms.of(42, 0)).toBe(expected('k1', '42'));
  });

  it('can all be told of one value', () => {
    expect(pseudonyms.all('a')).toEqual([expected('k1', 'a'), expected('k2', 'a')]);
  });

  test.each([
    ['no key', []],
    ['an id that would not be found again', [key('a_b', 0)]],
    ['a key that is short', [{ ...key('k', 0), key: Buffer.from('short') }]],
    ['no time', [key('k', Number.NaN)]],
  ])('are not made with %s', (_, keys) => {
    expect(() => new Pseudonyms(keys)).toThrow(KeyringError);
  });
});

describe('the secret', () => {
  it('is one key as it is deployed, and a list after a rotation', () => {
    const first = parseKeyring('{"id":"k1","key":"0123456789abcdef"}');
    expect(first).toEqual([
      { id: 'k1', key: Buffer.from('0123456789abcdef'), from: Number.MIN_SAFE_INTEGER },
    ]);
    const keys = [...first, { id: 'k2', key: Buffer.from('fedcba9876543210'), from: Date.UTC(2026, 0, 1) }];
    expect(parseKeyring(formatKeyring(keys))).toEqual(keys);
  });

  test.each([undefined, '', 'hunter2', '[]', '{"keys":[]}', '{"id":1}'])('is not %s', (text) => {
    expect(() => parseKeyring(text)).toThrow(KeyringError);
    expect(() => parseKeyring(text)).not.toThrow(/hunter2/);
  });

  it('is read when it is needed, again after minutes, and after a failure at once', async () => {
    const client = new SecretsManagerClient({ region: 'eu-west-1' });
    const mock = mockClient(client);
    mock.on(GetSecretValueCommand).rejectsOnce(new Error('down')).resolves({
      SecretString: '{"id":"k1","key":"0123456789abcdef"}',
    });
    let now = 0;
    const source = createPseudonymSource({ client, secret: 's', now: () => now });
    await expect(source()).rejects.toThrow('down');
    const first = await source();
    expect(await source()).toBe(first);
    now = KEYRING_TTL_MS;
    expect(await source()).not.toBe(first);
    expect(mock.commandCalls(GetSecretValueCommand)).toHaveLength(3);
  });
});
