import { rm } from 'node:fs/promises';
import { checkRead } from './conditions.ts';
import { detailsFrom, headersOf } from './details.ts';
import { errors } from './errors.ts';
import { parseRange } from './range.ts';
import { one, receive } from './receive.ts';
import { decode, readText, type S3Request, type S3Response } from './request.ts';
import type { ObjectStore } from './store.ts';
import { elements, unescapeText, xmlDocument } from './xml.ts';

/** PutObject: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html */
export async function putObject(store: ObjectStore, request: S3Request): Promise<S3Response> {
  const { bucket, key, headers } = request;
  await store.bucket(bucket);
  const { file, md5, checksum } = await receive(request, store.temporaryFile());
  const details = detailsFrom(headers, `"${md5}"`, checksum);
  await keepOrRemove(file, () => store.commit(bucket, key, file, details, headers));
  return { status: 200, headers: { etag: details.etag } };
}

/** GetObject and HeadObject: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html */
export async function getObject(store: ObjectStore, request: S3Request): Promise<S3Response> {
  const { headers, method, bucket, key, query } = request;
  const { object, file } = await store.open(bucket, key);
  try {
    checkRead(headers, object);
    const range = parseRange(headers.range, object.size);
    const length = range === undefined ? object.size : range.last - range.first + 1;
    // A checksum is of the whole object: SDKs would compare it with the part they get.
    const wantsChecksum = one(headers['x-amz-checksum-mode']) === 'ENABLED' && range === undefined;
    const described = headersOf(object, wantsChecksum);
    for (const [name, value] of query) {
      if (name.startsWith('response-')) described[name.slice('response-'.length)] = value;
    }
    described['content-length'] = length;
    if (range !== undefined) {
      described['content-range'] = `bytes ${range.first}-${range.last}/${object.size}`;
    }
    const status = range === undefined ? 200 : 206;
    if (method === 'HEAD' || length === 0) {
      await file.close();
      return { status, headers: described };
    }
    const span = range === undefined ? {} : { start: range.first, end: range.last };
    return { status, headers: described, body: file.createReadStream(span) };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** CopyObject: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html */
export async function copyObject(store: ObjectStore, request: S3Request): Promise<S3Response> {
  const { bucket, key, headers } = request;
  const source = decode(one(headers['x-amz-copy-source']) ?? '').replace(/^\//, '');
  const slash = source.indexOf('/');
  if (slash < 1) throw errors.invalidArgument('x-amz-copy-source is not <bucket>/<key>');
  const [fromBucket, fromKey] = [source.slice(0, slash), source.slice(slash + 1)];
  const object = await store.find(fromBucket, fromKey);
  if (object === undefined) throw errors.noSuchKey(fromKey);
  const { etag, checksum } = object;
  const replaces = one(headers['x-amz-metadata-directive']) === 'REPLACE';
  const details = replaces
    ? detailsFrom(headers, etag, checksum)
    : { etag, headers: object.headers, metadata: object.metadata, checksum };
  const file = await store.copyOut(fromBucket, fromKey);
  await keepOrRemove(file, () => store.commit(bucket, key, file, details, headers));
  const LastModified = new Date().toISOString();
  return xml(xmlDocument('CopyObjectResult', { LastModified, ETag: etag }));
}

/** DeleteObject: https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObject.html */
export async function deleteObject(store: ObjectStore, { bucket, key }: S3Request): Promise<S3Response> {
  await store.delete(bucket, key);
  return { status: 204 };
}

/** DeleteObjects: https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html */
export async function deleteObjects(store: ObjectStore, { bucket, body }: S3Request): Promise<S3Response> {
  const text = await readText(body);
  const keys = elements(text, 'Object').flatMap((object) => elements(object, 'Key').slice(0, 1));
  if (keys.length === 0 || keys.length > 1000) throw errors.malformedXml();
  const deleted: string[] = [];
  for (const escaped of keys) {
    const key = unescapeText(escaped);
    await store.delete(bucket, key);
    deleted.push(key);
  }
  const quiet = elements(text, 'Quiet')[0] === 'true';
  return xml(xmlDocument('DeleteResult', { Deleted: quiet ? [] : deleted.map((Key) => ({ Key })) }));
}

export function xml(body: string): S3Response {
  return { status: 200, headers: { 'content-type': 'application/xml' }, body };
}

/** A file that did not become an object is not left lying about. */
export async function keepOrRemove<T>(file: string, commit: () => Promise<T>): Promise<T> {
  try {
    return await commit();
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  }
}
