import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { httpEvent } from '../../../../tools/local/http/event.ts';

function request(method: string, url: string, headers: Record<string, string> = {}): IncomingMessage {
  const message = new IncomingMessage(new Socket());
  return Object.assign(message, { method, url, headers, httpVersion: '1.1' });
}

const route = { key: 'POST /v1/events/{type}', functionName: 'ingest', timeoutMs: 30_000 };
const event = (message: IncomingMessage, body: Buffer | string = '', parameters = {}) =>
  JSON.parse(httpEvent(message, Buffer.from(body), route, parameters));

test('a request becomes an event of payload format 2.0', () => {
  const message = request('POST', '/v1/events/a%20b?x=1&x=2&y=&z=%C3%BC', {
    host: '127.0.0.1:4000',
    'user-agent': 'test',
    'content-type': 'application/json',
    cookie: 'a=1; b=2',
  });
  const { requestContext, ...rest } = event(message, '{"ü":1}', { type: 'a b' });
  expect(rest).toEqual({
    version: '2.0',
    routeKey: 'POST /v1/events/{type}',
    rawPath: '/v1/events/a%20b',
    rawQueryString: 'x=1&x=2&y=&z=%C3%BC',
    cookies: ['a=1', 'b=2'],
    headers: { host: '127.0.0.1:4000', 'user-agent': 'test', 'content-type': 'application/json' },
    queryStringParameters: { x: '1,2', y: '', z: 'ü' },
    pathParameters: { type: 'a b' },
    body: '{"ü":1}',
    isBase64Encoded: false,
  });
  expect(requestContext).toMatchObject({
    http: { method: 'POST', path: '/v1/events/a%20b', protocol: 'HTTP/1.1', userAgent: 'test' },
    routeKey: 'POST /v1/events/{type}',
    stage: '$default',
    time: expect.stringMatching(/^\d\d\/\w{3}\/\d{4}:\d\d:\d\d:\d\d \+0000$/),
  });
});

test('what a request does not have is not there', () => {
  const parsed = event(request('GET', '/'));
  for (const name of ['body', 'cookies', 'queryStringParameters', 'pathParameters']) {
    expect(parsed).not.toHaveProperty(name);
  }
});

describe('bodies', () => {
  test.each([
    ['application/json', false],
    ['application/json; charset=utf-8', false],
    ['application/cloudevents+json', false],
    ['text/csv', false],
    ['application/x-ndjson', true],
    ['application/octet-stream', true],
    ['application/x-www-form-urlencoded', true],
  ])('%s: base64 %s', (type, isBase64Encoded) => {
    const { body, ...rest } = event(request('POST', '/', { 'content-type': type }), 'abc');
    expect(rest.isBase64Encoded).toBe(isBase64Encoded);
    expect(Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8').toString()).toBe('abc');
  });

  test('that are compressed, or not the text they say, are base64', () => {
    const zipped = gzipSync('{}');
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
    expect(event(request('POST', '/', headers), zipped)).toMatchObject({
      body: zipped.toString('base64'),
      isBase64Encoded: true,
    });
    const broken = Buffer.from([0x7b, 0xff]);
    expect(event(request('POST', '/', { 'content-type': 'application/json' }), broken)).toMatchObject({
      isBase64Encoded: true,
    });
  });
});
