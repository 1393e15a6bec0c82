import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { detailsFrom } from './details.ts';
import { errors } from './errors.ts';
import { keepOrRemove, xml } from './objects.ts';
import { receive } from './receive.ts';
import { readText, type S3Request, type S3Response } from './request.ts';
import type { ObjectDetails } from './sidecars.ts';
import type { ObjectStore } from './store.ts';
import { elements, unescapeText, xmlDocument } from './xml.ts';

/** All parts but the last: https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
const MIN_PART = 5 * 1024 * 1024;

interface Upload {
  readonly bucket: string;
  readonly key: string;
  readonly details: ObjectDetails;
}

/** A part's file is named by its number, size and MD5: what completing an upload needs to know. */
interface Part {
  readonly number: number;
  readonly size: number;
  readonly md5: string;
  readonly file: string;
}

export async function createUpload(store: ObjectStore, request: S3Request): Promise<S3Response> {
  const { bucket, key, headers } = request;
  await store.bucket(bucket);
  const uploadId = randomUUID();
  const folder = join(store.uploadsFolder, uploadId);
  await mkdir(folder, { recursive: true });
  const upload: Upload = { bucket, key, details: detailsFrom(headers, '') };
  await writeFile(join(folder, 'upload.json'), JSON.stringify(upload));
  return xml(xmlDocument('InitiateMultipartUploadResult', { Bucket: bucket, Key: key, UploadId: uploadId }));
}

export async function uploadPart(store: ObjectStore, request: S3Request): Promise<S3Response> {
  const number = Number(request.query.get('partNumber'));
  if (!Number.isInteger(number) || number < 1 || number > 10_000) {
    throw errors.invalidArgument('partNumber is not a whole number from 1 to 10000');
  }
  const { folder } = await openUpload(store, request);
  const { file, md5, size } = await receive(request, store.temporaryFile());
  await keepOrRemove(file, () => rename(file, join(folder, `${number}-${size}-${md5}`)));
  return { status: 200, headers: { etag: `"${md5}"` } };
}

export async function completeUpload(store: ObjectStore, request: S3Request): Promise<S3Response> {
  const { folder, upload } = await openUpload(store, request);
  const { bucket, key, headers } = request;
  const parts = await chosenParts(folder, await readText(request.body));
  const whole = store.temporaryFile();
  await keepOrRemove(whole, async () => {
    for (const { file } of parts) {
      await pipeline(createReadStream(file), createWriteStream(whole, { flags: 'a' }));
    }
  });
  const digests = Buffer.concat(parts.map(({ md5 }) => Buffer.from(md5, 'hex')));
  const etag = `"${createHash('md5').update(digests).digest('hex')}-${parts.length}"`;
  await keepOrRemove(whole, () => store.commit(bucket, key, whole, { ...upload.details, etag }, headers));
  await rm(folder, { recursive: true, force: true });
  return xml(xmlDocument('CompleteMultipartUploadResult', { Bucket: bucket, Key: key, ETag: etag }));
}

export async function abortUpload(store: ObjectStore, request: S3Request): Promise<S3Response> {
  const { folder } = await openUpload(store, request);
  await rm(folder, { recursive: true, force: true });
  return { status: 204 };
}

async function openUpload(
  store: ObjectStore,
  { bucket, key, query }: S3Request,
): Promise<{ folder: string; upload: Upload }> {
  const uploadId = query.get('uploadId') ?? '';
  if (!/^[0-9a-f-]{36}$/.test(uploadId)) throw errors.noSuchUpload();
  const folder = join(store.uploadsFolder, uploadId);
  const text = await readFile(join(folder, 'upload.json'), 'utf8').catch(() => undefined);
  if (text === undefined) throw errors.noSuchUpload();
  const upload = JSON.parse(text) as Upload;
  if (upload.bucket !== bucket || upload.key !== key) throw errors.noSuchUpload();
  return { folder, upload };
}

/** The parts that the client lists, checked as S3 checks them. */
async function chosenParts(folder: string, body: string): Promise<Part[]> {
  const stored = await storedParts(folder);
  const listed = elements(body, 'Part').map((part) => ({
    number: Number(elements(part, 'PartNumber')[0]),
    md5: unescapeText(elements(part, 'ETag')[0] ?? '').replaceAll('"', ''),
  }));
  if (listed.length === 0) throw errors.malformedXml();
  return listed.map(({ number, md5 }, index) => {
    const part = stored.find((candidate) => candidate.number === number && candidate.md5 === md5);
    if (part === undefined) throw errors.invalidPart(number);
    if (index > 0 && (listed[index - 1]?.number ?? 0) >= number) throw errors.invalidPartOrder();
    if (index < listed.length - 1 && part.size < MIN_PART) throw errors.entityTooSmall(number);
    return part;
  });
}

async function storedParts(folder: string): Promise<Part[]> {
  return (await readdir(folder)).flatMap((name) => {
    const [, number, size, md5] = /^(\d+)-(\d+)-([0-9a-f]{32})$/.exec(name) ?? [];
    if (number === undefined || md5 === undefined) return [];
    return [{ number: Number(number), size: Number(size), md5, file: join(folder, name) }];
  });
}
