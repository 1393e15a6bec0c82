import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { formatKeyring, parseKeyring } from '../../../shared/privacy/keyring.ts';
import { NOTICE_MS, rotated } from '../../../tools/cli/privacy/rotate.ts';
import { close, listen } from '../../../tools/local/listen.ts';
import { createSecretsServer } from '../../../tools/local/secrets/server.ts';
import { SecretStore } from '../../../tools/local/secrets/store.ts';

const folder = mkdtempSync(join(tmpdir(), 'millrace-secrets-'));
const store = new SecretStore(folder);
const server = createSecretsServer(store);
let endpoint = '';
beforeAll(async () => {
  endpoint = `http://127.0.0.1:${await listen(server, 0)}`;
});
afterAll(async () => {
  await close(server);
  rmSync(folder, { recursive: true, force: true });
});

const spec = { name: 'pseudonyms', template: { id: 'k1' }, generatedKey: 'key', length: 64 };

const cli = (...args: string[]) =>
  promisify(execFile)(process.execPath, ['tools/cli/millrace.js', 'privacy', ...args], {
    env: {
      ...process.env,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: endpoint,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      PSEUDONYM_SECRET: 'arn:aws:secretsmanager:us-east-1:000000000000:secret:pseudonyms',
    },
  });

test('a key is added for the future, by the command over the local Secrets Manager', async () => {
  store.create(spec);
  const first = store.get('pseudonyms');
  store.create(spec);
  expect(store.get('pseudonyms')).toBe(first);
  expect(statSync(join(folder, 'pseudonyms')).mode & 0o077).toBe(0);
  const { stdout } = await cli('rotate');
  expect(stdout).toMatch(/^k2 is used for events from \d{4}-\d\d-\d\dT00:00:00.000Z on\n$/);
  expect(parseKeyring(store.get('pseudonyms'))[0]).toEqual(parseKeyring(first)[0]);
  const listed = (await cli('keys')).stdout.trim().split('\n');
  expect(listed.map((line) => line.split('\t')[0])).toEqual(['k1', 'k2']);
  const pseudonyms = (await cli('pseudonyms', 'max@example.com')).stdout.trim().split('\n');
  expect(pseudonyms).toEqual([
    expect.stringMatching(/^psn_k1_[\w-]{32}$/),
    expect.stringMatching(/^psn_k2_[\w-]{32}$/),
  ]);
}, 60_000);

test('a key begins neither too soon nor before another', () => {
  const keys = parseKeyring('{"id":"k1","key":"0123456789abcdef"}');
  const now = Date.UTC(2026, 0, 1, 23);
  const next = rotated(keys, now);
  expect(next.at(-1)).toMatchObject({ id: 'k2', from: Date.UTC(2026, 0, 3) });
  expect(parseKeyring(formatKeyring(next))).toEqual(next);
  expect(() => rotated(keys, now, now + NOTICE_MS - 1)).toThrow('all must know');
  expect(() => rotated(keys, now, Number.NaN)).toThrow(RangeError);
  expect(() => rotated(next, now)).toThrow('there is a key from');
});
