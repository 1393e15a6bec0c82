import { describe, expect, test } from 'vitest';
import { Router } from '../../../../tools/local/http/router.ts';

const route = (key: string) => ({ key, functionName: 'fn', timeoutMs: 30_000 });
const router = (...keys: string[]) => new Router(keys.map(route));

describe('routes', () => {
  const api = router(
    'GET /',
    'GET /v1/windows/{stage}',
    'GET /v1/windows/latest',
    'POST /v1/events',
    'POST /v1/events/{type}',
    'ANY /files/{path+}',
    'GET /files/index',
  );

  test.each<[string, string, string, Record<string, string>]>([
    ['GET', '/', 'GET /', {}],
    ['GET', '/v1/windows/device-traffic', 'GET /v1/windows/{stage}', { stage: 'device-traffic' }],
    ['GET', '/v1/windows/a%2Fb%20c', 'GET /v1/windows/{stage}', { stage: 'a/b c' }],
    ['HEAD', '/v1/windows/latest', 'GET /v1/windows/latest', {}],
    ['GET', '/v1/windows/latest', 'GET /v1/windows/latest', {}],
    ['POST', '/v1/events/x', 'POST /v1/events/{type}', { type: 'x' }],
    ['DELETE', '/files/a/b/c', 'ANY /files/{path+}', { path: 'a/b/c' }],
    ['GET', '/files/index', 'GET /files/index', {}],
    ['PUT', '/files/index', 'ANY /files/{path+}', { path: 'index' }],
  ])('%s %s -> %s', (method, path, key, parameters) => {
    expect(api.match(method, path)).toEqual({ kind: 'route', route: route(key), parameters });
  });

  test.each(['/nothing', '/v1/events/', '/v1/events/a/b', '/v1', '/files/'])('nothing is at %s', (path) => {
    expect(api.match('POST', path)).toEqual({ kind: 'notFound' });
  });

  test('another method is not allowed, and those that are are named', () => {
    expect(api.match('DELETE', '/v1/events')).toEqual({ kind: 'methodNotAllowed', allow: ['POST'] });
  });

  test('$default takes the rest', () => {
    const match = router('GET /a', '$default').match('DELETE', '/a/b');
    expect(match).toMatchObject({ kind: 'route', route: { key: '$default' } });
  });
});
