import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** There is no lake where one was looked for. */
export class NoLakeError extends Error {
  override readonly name = 'NoLakeError';
}

/**
 * The folder of the lake's bucket in the data of a local run, also of one that has ended.
 *
 * @throws NoLakeError where there is none
 */
export function lakeFolder(dataDir: string): string {
  const store = join(dataDir, 's3');
  const buckets = existsSync(store) ? readdirSync(store).filter((name) => !name.startsWith('.')) : [];
  const [bucket, other] = buckets;
  if (bucket === undefined) {
    throw new NoLakeError(
      `${dataDir} holds no lake: start a local run first ("npm start"), or name its folder with --data`,
    );
  }
  if (other !== undefined) throw new NoLakeError(`${dataDir} holds several buckets: ${buckets.join(', ')}`);
  return join(store, bucket);
}
