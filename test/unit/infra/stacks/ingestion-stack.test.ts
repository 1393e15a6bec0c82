import { expect, test } from 'vitest';
import { read, resource, resources, synthesizeSample } from '../support.ts';

const assembly = synthesizeSample({ environment: 'local' });

const routesOf = (from: typeof assembly) =>
  resources(from, 'AWS::ApiGatewayV2::Route')
    .filter(({ stack }) => stack === 'Ingestion')
    .map(({ properties }) => properties);
const KEYED = [
  'POST /v1/events',
  'POST /v1/events/{type}',
  'OPTIONS /v1/events',
  'OPTIONS /v1/events/{type}',
  'POST /v1/validate',
  'POST /v1/validate/{type}',
];

test('events are posted with or without their type in the path', () => {
  const routes = routesOf(assembly);
  expect(routes.map(({ RouteKey }) => RouteKey)).toEqual(KEYED);
  for (const { AuthorizationType } of routes) expect(AuthorizationType).toBe('NONE');
  expect(resources(assembly, 'AWS::ApiGatewayV2::Authorizer')).toEqual([]);
});

test('signed requests and tokens have routes of their own, where they are chosen', () => {
  const open = synthesizeSample({
    environment: 'dev',
    iam: true,
    jwtIssuer: 'https://id.example/',
    jwtAudience: 'one,two',
    jwtScopes: 'events:write',
    corsOrigins: 'https://app.example',
  });
  const routes = routesOf(open);
  const checked = routes.filter(({ AuthorizationType }) => AuthorizationType !== 'NONE');
  const [posts] = [KEYED.filter((key) => key.startsWith('POST'))];
  expect(checked.map(({ RouteKey, AuthorizationType }) => [RouteKey, AuthorizationType])).toEqual([
    ...posts!.map((key) => [key.replace('/v1', '/v1/iam'), 'AWS_IAM']),
    ...posts!.map((key) => [key.replace('/v1', '/v1/jwt'), 'JWT']),
  ]);
  expect(checked.at(-1)?.AuthorizationScopes).toEqual(['events:write']);
  expect(resources(open, 'AWS::ApiGatewayV2::Authorizer')[0]?.properties).toMatchObject({
    AuthorizerType: 'JWT',
    JwtConfiguration: { Audience: ['one', 'two'], Issuer: 'https://id.example/' },
  });
  expect(resource(open, 'Ingestion/Http/Api').properties.CorsConfiguration).toMatchObject({
    AllowOrigins: ['https://app.example'],
    AllowMethods: ['GET', 'POST'],
  });
});

test('all functions of the API get payload format 2.0', () => {
  const integrations = resources(assembly, 'AWS::ApiGatewayV2::Integration');
  expect(
    integrations.map(({ stack, properties }) => read(assembly, stack, properties.IntegrationUri)),
  ).toEqual(['Ingestion/Ingest/Function', 'Query/Query/Function']);
  for (const { properties } of integrations) {
    expect(properties).toMatchObject({ IntegrationType: 'AWS_PROXY', PayloadFormatVersion: '2.0' });
  }
});

test('the API may invoke each function on its own routes only', () => {
  const permissions = resources(assembly, 'AWS::Lambda::Permission').filter(
    ({ properties }) => properties.Principal === 'apigateway.amazonaws.com',
  );
  const allowed = permissions.map(({ stack, properties }) => [
    read(assembly, stack, properties.FunctionName),
    read(assembly, stack, properties.SourceArn).split('Ingestion/Http/Api')[1],
  ]);
  expect(allowed).toEqual([
    ['Ingestion/Ingest/Function', '/*/*/v1/events'],
    ['Ingestion/Ingest/Function', '/*/*/v1/events/{type}'],
    // Once more each for OPTIONS.
    ['Ingestion/Ingest/Function', '/*/*/v1/events'],
    ['Ingestion/Ingest/Function', '/*/*/v1/events/{type}'],
    ['Ingestion/Ingest/Function', '/*/*/v1/validate'],
    ['Ingestion/Ingest/Function', '/*/*/v1/validate/{type}'],
    ['Query/Query/Function', '/*/*/v1/windows/{stage}'],
    ['Query/Query/Function', '/*/*/v1/stages'],
    ['Query/Query/Function', '/*/*/v1/openapi.json'],
    ['Query/Query/Function', '/*/*/docs'],
    ['Query/Query/Function', '/*/*/healthz'],
    ['Query/Query/Function', '/*/*/'],
  ]);
});

test('requests are throttled and logged', () => {
  const { properties } = resource(assembly, 'Ingestion/Http/Stage');
  expect(properties).toMatchObject({
    StageName: '$default',
    AutoDeploy: true,
    DefaultRouteSettings: { ThrottlingRateLimit: 1000, ThrottlingBurstLimit: 2000 },
  });
  expect(read(assembly, 'Ingestion', properties.AccessLogSettings.DestinationArn)).toBe(
    'Ingestion/Http/AccessLog',
  );
  expect(JSON.parse(properties.AccessLogSettings.Format)).toMatchObject({ status: '$context.status' });
});

test('ingestion knows every events stream by its pipeline', () => {
  const { Variables } = resource(assembly, 'Ingestion/Ingest/Function').properties.Environment;
  expect(JSON.parse(read(assembly, 'Ingestion', Variables.EVENTS_STREAMS))).toEqual({
    'meter-readings': 'Streams/MeterReadings/Events',
    doors: 'Streams/Doors/Events',
  });
});

test('the URL of the API is an output', () => {
  const { template } = assembly.stacks.find(({ id }) => id === 'Ingestion')!;
  expect(read(assembly, 'Ingestion', template.Outputs?.ApiUrl?.Value)).toBe('Ingestion/Http/Api.ApiEndpoint');
});
