import { expect, test } from 'vitest';
import { read, resources, synthesizeSample } from '../support.ts';

const assembly = synthesizeSample({ environment: 'dev' });

test('results, stages, the document of the API, health and the status page are on the API of the ingestion stack', () => {
  const routes = resources(assembly, 'AWS::ApiGatewayV2::Route').filter(({ stack }) => stack === 'Query');
  expect(routes.map(({ properties }) => properties.RouteKey)).toEqual([
    'GET /v1/windows/{stage}',
    'GET /v1/stages',
    'GET /v1/openapi.json',
    'GET /docs',
    'GET /healthz',
    'GET /',
  ]);
  for (const { stack, properties } of routes) {
    expect(read(assembly, stack, properties.ApiId)).toBe('Ingestion/Http/Api');
  }
});

test('no stack depends on one that depends on it', () => {
  expect(assembly.stacks.map(({ id, dependencies }) => [id, [...dependencies].sort()])).toEqual([
    ['Streams', []],
    ['Analytics', ['Streams']],
    ['Ingestion', ['Streams']],
    ['Processing', ['Streams']],
    ['Query', ['Ingestion', 'Streams']],
  ]);
});
