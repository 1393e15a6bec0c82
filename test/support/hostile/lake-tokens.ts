import { expect } from 'vitest';
import { pipelines } from '../../../shared/pipelines/index.ts';
import { LakeDatabase } from '../../../tools/cli/query/database.ts';
import { lakeFolder } from '../../../tools/cli/query/lake-folder.ts';
import { EVENTUALLY, traffic } from '../api-client.ts';

/** Whatever else is in an event: its token, which is the last field of its data. */
const TOKENS = `SELECT regexp_extract(data, '"token":"([hm][^"]+)"\\}$', 1) AS token FROM raw`;

/** The tokens of all events in the lake of a local run, as often as they are there, by SQL. */
export async function tokensInLake(dataDir: string): Promise<string[]> {
  const lake = await LakeDatabase.open(
    lakeFolder(dataDir),
    pipelines.flatMap(({ types }) => types),
  );
  try {
    const { rows } = await lake.query(TOKENS);
    return rows.map(([token]) => String(token)).filter((token) => token !== '');
  } finally {
    lake.close();
  }
}

/**
 * Waits until all that was accepted has landed: a stream keeps its order, so that nothing is on its way any more when an event that
 * was sent last is there.
 */
export async function everythingLanded(url: string, dataDir: string): Promise<string[]> {
  const marks = ['network-traffic', 'patient-vitals'].map((type) => ({
    type,
    token: `m${Date.now()}.${type}`,
  }));
  for (const { type, token } of marks) {
    const now = Date.now();
    const data =
      type === 'network-traffic'
        ? { ...JSON.parse(traffic({ event_id: token, ts: now })), token }
        : { event_id: token, patient_id: 'mark', timestamp: now, token };
    const headers = { 'x-api-key': 'local', 'content-type': 'application/json' };
    const answer = await fetch(`${url}/v1/events/${type}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(data),
    });
    expect(answer.status).toBe(202);
  }
  let tokens: string[] = [];
  await expect
    .poll(
      async () => {
        tokens = await tokensInLake(dataDir);
        const found = new Set(tokens);
        return marks.every(({ token }) => found.has(token));
      },
      { ...EVENTUALLY, timeout: 600_000, interval: 1_000 },
    )
    .toBe(true);
  return tokens.filter((token) => token.startsWith('h'));
}
