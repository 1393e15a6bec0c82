import { randomUUID } from 'node:crypto';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { listBuckets, locateBucket } from './buckets.ts';
import { errors, S3Error } from './errors.ts';
import { listObjects } from './list.ts';
import { abortUpload, completeUpload, createUpload, uploadPart } from './multipart.ts';
import { copyObject, deleteObject, deleteObjects, getObject, putObject } from './objects.ts';
import { parseRequest, type S3Request, type S3Response } from './request.ts';
import type { ObjectStore } from './store.ts';
import { xmlDocument } from './xml.ts';

/** An HTTP server that speaks the part of the S3 API that Millrace and its tools use, path-style. */
export function createS3Server(store: ObjectStore): Server {
  return createServer((message, response) => {
    answer(store, message, response).catch(() => response.destroy());
  });
}

async function answer(
  store: ObjectStore,
  message: Parameters<typeof parseRequest>[0],
  response: ServerResponse,
): Promise<void> {
  response.setHeader('x-amz-request-id', randomUUID());
  let result: S3Response;
  try {
    result = await dispatch(store, parseRequest(message));
  } catch (error) {
    if (message.destroyed && !message.complete) return;
    result = failure(error, message.method === 'HEAD');
    // What is left of a refused body is not worth reading: the connection ends with the answer.
    if (!message.complete) response.setHeader('connection', 'close');
  }
  const { status, headers = {}, body } = result;
  if (body === undefined || typeof body === 'string') {
    const length = typeof body === 'string' ? { 'content-length': Buffer.byteLength(body) } : {};
    response.writeHead(status, { ...headers, ...length }).end(body);
  } else {
    response.writeHead(status, headers);
    await pipeline(body, response);
  }
}

function failure(error: unknown, isHead: boolean): S3Response {
  const known = error instanceof S3Error ? error : new S3Error('InternalError', 500, String(error));
  if (isHead || known.status === 304) return { status: known.status };
  const body = xmlDocument('Error', { Code: known.code, Message: known.message });
  // The error document is the one answer of S3 that has no namespace.
  return {
    status: known.status,
    headers: { 'content-type': 'application/xml' },
    body: body.replace(/ xmlns="[^"]*"/, ''),
  };
}

/** Sub-resources that are neither understood nor harmless to ignore: `PUT /key?acl` must not write an object. */
const UNSUPPORTED =
  /^(acl|tagging|policy|lifecycle|versioning|versions|cors|website|encryption|attributes|torrent|select|restore|retention|legal-hold|notification|logging|replication|object-lock|publicAccessBlock|ownershipControls|uploads)$/;

function dispatch(store: ObjectStore, request: S3Request): Promise<S3Response> | S3Response {
  const { method, bucket, key, query } = request;
  const unsupported = [...query.keys()].find((name) => UNSUPPORTED.test(name));
  if (unsupported !== undefined && !(method === 'POST' && unsupported === 'uploads' && key !== '')) {
    throw errors.notImplemented(`?${unsupported}`);
  }
  if (bucket === '') return listBuckets(store);
  return key === '' ? onBucket(store, request) : onObject(store, request);
}

async function onBucket(store: ObjectStore, request: S3Request): Promise<S3Response> {
  const { method, bucket, query } = request;
  switch (method) {
    case 'PUT':
      await store.createBucket(bucket);
      return { status: 200, headers: { location: `/${bucket}` } };
    case 'DELETE':
      await store.deleteBucket(bucket);
      return { status: 204 };
    case 'HEAD':
      await store.bucket(bucket);
      return { status: 200 };
    case 'POST':
      if (query.has('delete')) return deleteObjects(store, request);
      throw errors.notImplemented('POST to a bucket');
    default:
      return query.has('location') ? locateBucket(store, bucket) : listObjects(store, request);
  }
}

function onObject(store: ObjectStore, request: S3Request): Promise<S3Response> {
  const { method, query, headers } = request;
  const isPart = query.has('uploadId');
  switch (method) {
    case 'GET':
    case 'HEAD':
      if (isPart) throw errors.notImplemented('Listing the parts of an upload');
      return getObject(store, request);
    case 'PUT':
      if (headers['x-amz-copy-source'] === undefined) {
        return isPart ? uploadPart(store, request) : putObject(store, request);
      }
      if (isPart) throw errors.notImplemented('Copying into a part');
      return copyObject(store, request);
    case 'DELETE':
      return isPart ? abortUpload(store, request) : deleteObject(store, request);
    case 'POST':
      if (query.has('uploads')) return createUpload(store, request);
      if (isPart) return completeUpload(store, request);
  }
  throw errors.notImplemented(`${method} of an object`);
}
