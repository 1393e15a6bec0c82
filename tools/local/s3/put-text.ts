import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { keepOrRemove } from './objects.ts';
import type { ObjectStore } from './store.ts';

/** Puts a text as an object, for those parts of the local run that need no HTTP to reach the store. */
export async function putText(store: ObjectStore, bucket: string, key: string, text: string): Promise<void> {
  const file = store.temporaryFile();
  const etag = `"${createHash('md5').update(text).digest('hex')}"`;
  const details = { etag, headers: { 'content-type': 'application/json' }, metadata: {} };
  await keepOrRemove(file, async () => {
    await writeFile(file, text);
    await store.commit(bucket, key, file, details);
  });
}
