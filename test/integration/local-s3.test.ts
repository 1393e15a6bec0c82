import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  ChecksumAlgorithm,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  PutObjectCommand,
  PutObjectTaggingCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createS3Server } from '../../tools/local/s3/server.ts';
import { ObjectStore } from '../../tools/local/s3/store.ts';

let root: string;
let server: Server;
let s3: S3Client;
let port: number;
const Bucket = 'lake';

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'millrace-s3-'));
  const store = new ObjectStore(root);
  await store.prepare();
  server = createS3Server(store);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
  s3 = new S3Client({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    forcePathStyle: true,
    maxAttempts: 1,
    requestHandler: new NodeHttpHandler(),
  });
  await s3.send(new CreateBucketCommand({ Bucket }));
});

afterAll(async () => {
  s3.destroy();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(root, { recursive: true, force: true });
});

const put = (Key: string, Body: string | Buffer = Key, more = {}) =>
  s3.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
const get = async (Key: string, more = {}) => {
  const answer = await s3.send(new GetObjectCommand({ Bucket, Key, ...more }));
  return { ...answer, text: (await answer.Body?.transformToString()) ?? '' };
};
const list = (more: Partial<ListObjectsV2CommandInput>) =>
  s3.send(new ListObjectsV2Command({ Bucket, ...more }));
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.unreachable(),
    (error) => ({ name: error.name, status: error.$metadata?.httpStatusCode }),
  );

describe('objects', () => {
  test('come back as they were put, with their metadata, as plain files', async () => {
    const Body = Buffer.from([0, 1, 2, 255]);
    const { ETag } = await put('raw/dt=2026-01-01/hour=07/a.bin', Body, {
      ContentType: 'application/x-thing',
      ContentEncoding: 'gzip',
      Metadata: { From: '17', reason: 'because' },
    });
    expect(ETag).toBe(`"${createHash('md5').update(Body).digest('hex')}"`);
    const answer = await s3.send(new GetObjectCommand({ Bucket, Key: 'raw/dt=2026-01-01/hour=07/a.bin' }));
    expect(Buffer.from((await answer.Body?.transformToByteArray()) ?? [])).toEqual(Body);
    expect(answer).toMatchObject({
      ContentType: 'application/x-thing',
      ContentEncoding: 'gzip',
      ContentLength: 4,
      Metadata: { from: '17', reason: 'because' },
      ETag,
    });
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key: 'raw/dt=2026-01-01/hour=07/a.bin' }));
    expect(head).toMatchObject({ ContentLength: 4, Metadata: { from: '17', reason: 'because' }, ETag });
    expect(await readFile(join(root, Bucket, 'raw/dt=2026-01-01/hour=07/a.bin'))).toEqual(Body);
  });

  test('may be empty', async () => {
    await put('empty', '');
    expect(await get('empty')).toMatchObject({ text: '', ContentLength: 0 });
  });

  test('may be streamed: aws-chunked with a trailing checksum, large and in odd pieces', async () => {
    const body = Buffer.alloc(3_000_001, 'millrace ');
    const pieces = [body.subarray(0, 1), body.subarray(1, 70_000), body.subarray(70_000)];
    await put('streamed', Readable.from(pieces) as never, {
      ContentLength: body.length,
      ContentType: 'text/plain',
    });
    expect((await readFile(join(root, Bucket, 'streamed'))).equals(body)).toBe(true);
    const answer = await get('streamed', { ChecksumMode: 'ENABLED' });
    expect(answer.ChecksumCRC32).toBeDefined();
    expect(answer.ContentEncoding).toBeUndefined();
  });

  test.each([
    ChecksumAlgorithm.CRC32,
    ChecksumAlgorithm.CRC32C,
    ChecksumAlgorithm.SHA1,
    ChecksumAlgorithm.SHA256,
  ])('keep a %s checksum that the client verifies on reading', async (ChecksumAlgorithm) => {
    await put('checked', 'some text', { ChecksumAlgorithm });
    const answer = await get('checked', { ChecksumMode: 'ENABLED' });
    expect(answer.text).toBe('some text');
    expect(answer[`Checksum${ChecksumAlgorithm}`]).toBeDefined();
  });

  test('are refused, and not kept, when a checksum does not match', async () => {
    expect(await failure(put('bad', 'text', { ChecksumCRC32: 'AAAAAA==' }))).toEqual({
      name: 'BadDigest',
      status: 400,
    });
    expect(await failure(put('bad', 'text', { ContentMD5: 'AAAAAAAAAAAAAAAAAAAAAA==' }))).toMatchObject({
      name: 'BadDigest',
    });
    expect(await failure(get('bad'))).toEqual({ name: 'NoSuchKey', status: 404 });
    expect(await readdir(join(root, '.s3/tmp'))).toEqual([]);
  });

  test('are deleted, alone and in batches, and so are their empty folders', async () => {
    await put('gone/with/folders');
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'gone/with/folders' }));
    expect(await readdir(join(root, Bucket))).not.toContain('gone');
    const keys = ['batch/a', 'batch/<&"b>', 'batch/missing'];
    await put('batch/a');
    await put('batch/<&"b>');
    const { Deleted } = await s3.send(
      new DeleteObjectsCommand({ Bucket, Delete: { Objects: keys.map((Key) => ({ Key })) } }),
    );
    expect(Deleted?.map(({ Key }) => Key)).toEqual(keys);
    expect((await list({ Prefix: 'batch/' })).KeyCount).toBe(0);
  });

  test('are copied with their metadata, or with new', async () => {
    await put('from/ä b', 'copied', { Metadata: { one: '1' }, ContentType: 'text/plain' });
    const CopySource = `${Bucket}/${encodeURIComponent('from/ä b')}`;
    await s3.send(new CopyObjectCommand({ Bucket, Key: 'to/a', CopySource }));
    expect(await get('to/a')).toMatchObject({
      text: 'copied',
      Metadata: { one: '1' },
      ContentType: 'text/plain',
    });
    const MetadataDirective = 'REPLACE';
    await s3.send(
      new CopyObjectCommand({ Bucket, Key: 'to/b', CopySource, MetadataDirective, Metadata: { two: '2' } }),
    );
    expect(await get('to/b')).toMatchObject({ text: 'copied', Metadata: { two: '2' } });
  });

  test('that somebody put into the folder are objects too', async () => {
    await put('foreign/a');
    await writeFile(join(root, Bucket, 'foreign/by-hand.parquet'), 'PAR1');
    expect(await get('foreign/by-hand.parquet')).toMatchObject({ text: 'PAR1' });
    expect((await list({ Prefix: 'foreign/' })).Contents?.map(({ Key }) => Key)).toEqual([
      'foreign/a',
      'foreign/by-hand.parquet',
    ]);
  });

  test('of a bucket that does not exist are not written', async () => {
    const unknown = s3.send(new PutObjectCommand({ Bucket: 'nowhere', Key: 'a', Body: 'b' }));
    expect(await failure(unknown)).toEqual({ name: 'NoSuchBucket', status: 404 });
    expect(
      await failure(s3.send(new PutObjectTaggingCommand({ Bucket, Key: 'a', Tagging: { TagSet: [] } }))),
    ).toEqual({
      name: 'NotImplemented',
      status: 501,
    });
  });
});

describe('ranges', () => {
  beforeAll(() => put('ten', '0123456789'));

  test.each([
    ['bytes=2-4', '234', 'bytes 2-4/10'],
    ['bytes=7-', '789', 'bytes 7-9/10'],
    ['bytes=-3', '789', 'bytes 7-9/10'],
    ['bytes=-100', '0123456789', 'bytes 0-9/10'],
    ['bytes=8-100', '89', 'bytes 8-9/10'],
  ])('%s', async (Range, text, ContentRange) => {
    const answer = await get('ten', { Range });
    expect(answer).toMatchObject({ text, ContentRange, ContentLength: text.length });
    expect(answer.$metadata.httpStatusCode).toBe(206);
  });

  test('beyond the end are refused', async () => {
    expect(await failure(get('ten', { Range: 'bytes=10-' }))).toMatchObject({ status: 416 });
  });
});

describe('conditions', () => {
  test('If-None-Match: * lets exactly one of many writers win, and keeps its metadata', async () => {
    const attempts = await Promise.allSettled(
      Array.from({ length: 8 }, (_, n) =>
        put('once', `writer ${n}`, { IfNoneMatch: '*', Metadata: { n: String(n) } }),
      ),
    );
    const winners = attempts.flatMap(({ status }, n) => (status === 'fulfilled' ? [n] : []));
    expect(winners).toHaveLength(1);
    const object = await get('once');
    expect(object.text).toBe(`writer ${winners[0]}`);
    expect(object.Metadata).toEqual({ n: String(winners[0]) });
    expect(await failure(put('once', 'again', { IfNoneMatch: '*' }))).toEqual({
      name: 'PreconditionFailed',
      status: 412,
    });
  });

  test('If-Match replaces only what is still there', async () => {
    const { ETag } = await put('swap', 'one');
    await put('swap', 'two', { IfMatch: ETag });
    expect(await failure(put('swap', 'three', { IfMatch: ETag }))).toMatchObject({ status: 412 });
    expect(await failure(put('never', 'x', { IfMatch: ETag }))).toMatchObject({ status: 404 });
    expect((await get('swap')).text).toBe('two');
  });

  test('of reading', async () => {
    const { ETag } = await put('read', 'x');
    expect(await failure(get('read', { IfNoneMatch: ETag }))).toMatchObject({ status: 304 });
    expect(await failure(get('read', { IfMatch: '"other"' }))).toMatchObject({ status: 412 });
    expect((await get('read', { IfMatch: ETag })).text).toBe('x');
  });
});

describe('keys', () => {
  const odd = [
    'a',
    'a/b',
    'a/b/c',
    'folder/',
    'folder//twice',
    '/leading',
    '../escape',
    'x/../../y',
    'x/./y',
    'percent%2Fsign',
    'percent%',
    'plus+and space',
    'ümläut/日本/😀',
    'quote"<>&\'',
    'line\nbreak',
    'glob*?[1]',
    'colon:12:30',
    'back\\slash',
    '%object',
    'c%object',
  ];

  test('with odd characters are kept apart, come back and are listed', async () => {
    await s3.send(new CreateBucketCommand({ Bucket: 'odd-keys' }));
    for (const Key of [...odd, ...odd.toReversed()]) {
      await s3.send(new PutObjectCommand({ Bucket: 'odd-keys', Key, Body: `body of ${Key}` }));
    }
    for (const Key of odd) {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'odd-keys', Key }));
      expect(await Body?.transformToString()).toBe(`body of ${Key}`);
    }
    const { Contents } = await s3.send(new ListObjectsV2Command({ Bucket: 'odd-keys' }));
    const sorted = odd.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    expect(Contents?.map(({ Key }) => Key)).toEqual(sorted);
    expect((await readdir(root)).toSorted()).toEqual(['.s3', 'lake', 'odd-keys']);
    for (const Key of odd) await s3.send(new DeleteObjectCommand({ Bucket: 'odd-keys', Key }));
    expect(await readdir(join(root, 'odd-keys'))).toEqual([]);
    await s3.send(new DeleteBucketCommand({ Bucket: 'odd-keys' }));
  });

  test('that are too long for a file system are refused', async () => {
    expect(await failure(put('x'.repeat(300)))).toEqual({ name: 'KeyTooLongError', status: 400 });
  });

  test('cannot leave the folder, not even undecoded in a raw request', async () => {
    const status = await rawRequest(`GET /${Bucket}/..%2f..%2f..%2fetc/passwd HTTP/1.1`);
    expect(status).toContain('404');
    expect(await rawRequest('PUT /..%2fescaped HTTP/1.1')).toContain('400');
    expect(await rawRequest('PUT /.s3 HTTP/1.1')).toContain('400');
  });
});

describe('lists', () => {
  const keys = ['l/a-b', 'l/a/1', 'l/a/2', 'l/b', 'l/c/x/1', 'l/c/y'];
  beforeAll(async () => {
    for (const key of keys) await put(key);
  });

  test('are in order, with sizes and ETags', async () => {
    const { Contents, IsTruncated } = await list({ Prefix: 'l/' });
    expect(Contents?.map(({ Key }) => Key)).toEqual(keys);
    expect(Contents?.[0]).toMatchObject({ Size: 5, ETag: (await put('l/a-b')).ETag });
    expect(IsTruncated).toBe(false);
  });

  test('group by a delimiter', async () => {
    const { Contents, CommonPrefixes, KeyCount } = await list({ Prefix: 'l/', Delimiter: '/' });
    expect(Contents?.map(({ Key }) => Key)).toEqual(['l/a-b', 'l/b']);
    expect(CommonPrefixes?.map(({ Prefix }) => Prefix)).toEqual(['l/a/', 'l/c/']);
    expect(KeyCount).toBe(4);
  });

  test.each([1, 2, 3, 5])('continue page by page of %i, with and without a delimiter', async (MaxKeys) => {
    for (const Delimiter of [undefined, '/']) {
      const seen: (string | undefined)[] = [];
      let ContinuationToken: string | undefined;
      do {
        const page = await list({ Prefix: 'l/', Delimiter, MaxKeys, ContinuationToken });
        seen.push(...(page.Contents ?? []).map(({ Key }) => Key));
        seen.push(...(page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix));
        ContinuationToken = page.NextContinuationToken;
      } while (ContinuationToken !== undefined);
      expect(seen.toSorted()).toEqual(Delimiter === undefined ? keys : ['l/a-b', 'l/a/', 'l/b', 'l/c/']);
    }
  });

  test('start after a key, and narrow a prefix inside a segment', async () => {
    expect((await list({ Prefix: 'l/', StartAfter: 'l/a/1' })).Contents?.map(({ Key }) => Key)).toEqual(
      keys.slice(2),
    );
    expect((await list({ Prefix: 'l/a' })).KeyCount).toBe(3);
    expect((await list({ Prefix: 'l/zz' })).KeyCount).toBe(0);
  });

  test('encode keys on request', async () => {
    await put('enc/ü&');
    const { Contents } = await list({ Prefix: 'enc/', EncodingType: 'url' });
    expect(Contents?.[0]?.Key).toBe('enc/%C3%BC%26');
  });

  test('of buckets', async () => {
    expect((await s3.send(new ListBucketsCommand({}))).Buckets?.map(({ Name }) => Name)).toEqual([Bucket]);
    await s3.send(new HeadBucketCommand({ Bucket }));
    expect(await failure(s3.send(new HeadBucketCommand({ Bucket: 'nowhere' })))).toMatchObject({
      status: 404,
    });
    expect(await failure(s3.send(new DeleteBucketCommand({ Bucket })))).toMatchObject({ status: 409 });
  });
});

describe('multipart uploads', () => {
  const part = (UploadId: string | undefined, PartNumber: number, Body: Buffer | string) =>
    s3.send(new UploadPartCommand({ Bucket, Key: 'multi', UploadId, PartNumber, Body }));
  const begin = async () =>
    (await s3.send(new CreateMultipartUploadCommand({ Bucket, Key: 'multi', Metadata: { m: 'yes' } })))
      .UploadId;
  const complete = (UploadId: string | undefined, parts: [number, string | undefined][], more = {}) =>
    s3.send(
      new CompleteMultipartUploadCommand({
        Bucket,
        Key: 'multi',
        UploadId,
        MultipartUpload: { Parts: parts.map(([PartNumber, ETag]) => ({ PartNumber, ETag })) },
        ...more,
      }),
    );

  test('become one object in the order of the parts', async () => {
    const id = await begin();
    const second = await part(id, 2, 'the end');
    const first = await part(id, 1, Buffer.alloc(5 * 1024 * 1024, 'x'));
    const { ETag } = await complete(id, [
      [1, first.ETag],
      [2, second.ETag],
    ]);
    expect(ETag).toMatch(/-2"$/);
    const object = await get('multi', { Range: 'bytes=-8' });
    expect(object).toMatchObject({ text: 'xthe end', Metadata: { m: 'yes' }, ETag });
    expect(await failure(complete(id, [[1, first.ETag]]))).toEqual({ name: 'NoSuchUpload', status: 404 });
  });

  test('are checked as S3 checks them', async () => {
    const id = await begin();
    const one = await part(id, 1, 'small');
    const two = await part(id, 2, 'small too');
    const both: [number, string | undefined][] = [
      [1, one.ETag],
      [2, two.ETag],
    ];
    expect(await failure(complete(id, both))).toMatchObject({ name: 'EntityTooSmall' });
    expect(await failure(complete(id, both.toReversed()))).toMatchObject({ status: 400 });
    expect(await failure(complete(id, [[3, one.ETag]]))).toMatchObject({ name: 'InvalidPart' });
    await put('multi', 'taken');
    expect(await failure(complete(id, [[1, one.ETag]], { IfNoneMatch: '*' }))).toMatchObject({ status: 412 });
    await s3.send(new AbortMultipartUploadCommand({ Bucket, Key: 'multi', UploadId: id }));
    expect(await failure(part(id, 1, 'late'))).toMatchObject({ name: 'NoSuchUpload' });
  });
});

test('a body that breaks off is not kept', async () => {
  const socket = connect(port, '127.0.0.1');
  socket.write(`PUT /${Bucket}/broken HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nonly this`);
  await new Promise((resolve) => socket.once('connect', resolve));
  await new Promise<void>((resolve) => socket.end(resolve));
  await expect.poll(() => readdir(join(root, '.s3/tmp'))).toEqual([]);
  expect(await failure(get('broken'))).toMatchObject({ name: 'NoSuchKey' });
});

async function rawRequest(line: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(`${line}\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
  let text = '';
  for await (const chunk of socket) text += chunk;
  return text.split('\r\n')[0] ?? '';
}
