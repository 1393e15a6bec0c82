import { expect, test } from 'vitest';
import { ENV } from '../../../shared/runtime/env.ts';
import { type Found, read, resource, resources, synthesizeSample } from './support.ts';

const assembly = synthesizeSample({ environment: 'dev' });
const functions = resources(assembly, 'AWS::Lambda::Function');
/** Those of one function; what all of them have is left out. */
const variables = ({ stack, properties }: Found, from = assembly): Record<string, string> => {
  const { [ENV.service]: _service, [ENV.deployment]: _deployment, ...own } = properties.Environment.Variables;
  return Object.fromEntries(Object.entries(own).map(([name, value]) => [name, read(from, stack, value)]));
};

test('every function is there, runs on Node 22 or newer on arm64 and gets its own role and log group', () => {
  expect(functions.map(({ path }) => path)).toEqual([
    'Ingestion/Ingest/Function',
    'Processing/Lake/Compact/Function',
    ...['Land', 'Fire', 'Sweep', 'PerMeter/Window', 'PerSite/Window', 'Materialize'].map(
      (name) => `Processing/MeterReadings/${name}/Function`,
    ),
    ...['Land', 'Fire', 'Sweep', 'Openings/Window'].map((name) => `Processing/Doors/${name}/Function`),
    'Query/Query/Function',
  ]);
  for (const { stack, path, properties } of functions) {
    const scope = path.replace(/\/Function$/, '');
    expect(Number(/^nodejs(\d+)\.x$/.exec(properties.Runtime)?.[1])).toBeGreaterThanOrEqual(22);
    expect(properties.Architectures).toEqual(['arm64']);
    expect(properties.Handler).toBe('handler.handler');
    expect(read(assembly, stack, properties.Role)).toBe(`${scope}/Role`);
    expect(read(assembly, stack, properties.LoggingConfig.LogGroup)).toBe(`${scope}/Log`);
    expect(properties.ReservedConcurrentExecutions).toBeUndefined();
  }
});

test('logs are kept for as long as the environment says', () => {
  for (const { properties } of resources(assembly, 'AWS::Logs::LogGroup')) {
    expect(properties.RetentionInDays).toBe(7);
  }
});

test('names of environment variables are those that functions read', () => {
  const known: string[] = [...Object.values(ENV), 'NODE_OPTIONS'];
  for (const each of functions) expect(known).toEqual(expect.arrayContaining(Object.keys(variables(each))));
});

test('every function knows its own name and that of its deployment, as its metrics have them', () => {
  for (const { path, properties } of functions) {
    const [, folder = ''] = /\/(\w+)\/Function$/.exec(path) ?? [];
    expect(properties.Environment.Variables).toMatchObject({
      POWERTOOLS_SERVICE_NAME: folder.toLowerCase(),
      MILLRACE_DEPLOYMENT: 'millrace-dev',
    });
  }
});

test('functions are traced where a deployment asks for it', () => {
  const traced = synthesizeSample({ environment: 'dev', tracing: true });
  for (const { properties } of resources(traced, 'AWS::Lambda::Function')) {
    expect(properties.TracingConfig).toEqual({ Mode: 'Active' });
  }
  for (const { properties } of functions) expect(properties.TracingConfig?.Mode).not.toBe('Active');
});

test('ingestion', () => {
  expect(Object.keys(variables(resource(assembly, 'Ingestion/Ingest/Function')))).toEqual([
    'EVENTS_STREAMS',
    'KEYS_TABLE',
    'SENDERS_TABLE',
  ]);
});

test('the local environment alone needs no key', () => {
  const local = synthesizeSample({ environment: 'local' });
  expect(variables(resource(local, 'Ingestion/Ingest/Function'), local)).toMatchObject({
    STATIC_KEY_HASHES: '25bf8e1a2393f1108d37029b3df5593236c755742ec93465bbafa9b290bddcf6',
  });
  expect(variables(resource(local, 'Query/Query/Function'), local)).toMatchObject({ QUERY_AUTH: 'none' });
});

test('window stage', () => {
  expect(variables(resource(assembly, 'Processing/MeterReadings/PerSite/Window/Function'))).toEqual({
    MILLRACE_PIPELINE: 'meter-readings',
    MILLRACE_STAGE: 'per-site',
    INPUT_STREAM: 'Streams/MeterReadings/Events',
    LATE_STREAM: 'Streams/MeterReadings/Late',
    STATE_TABLE: 'Streams/Tables/State',
    LAKE_BUCKET: 'Streams/Lake',
    FIRE_FUNCTION: 'Processing/MeterReadings/Fire/Function',
    SWEEP_FUNCTION: 'Processing/MeterReadings/Sweep/Function',
    RETENTION_HOURS: '24',
    NODE_OPTIONS: '--max-semi-space-size=64',
  });
});

test('fire and sweep', () => {
  const shared = {
    MILLRACE_PIPELINE: 'doors',
    STAGE_STREAMS: '{"openings":"Streams/Doors/Events"}',
    RESULTS_STREAM: 'Streams/Doors/Results',
    STATE_TABLE: 'Streams/Tables/State',
    RETENTION_HOURS: '24',
  };
  expect(variables(resource(assembly, 'Processing/Doors/Fire/Function'))).toEqual({
    ...shared,
    NODE_OPTIONS: '--max-semi-space-size=64',
  });
  expect(variables(resource(assembly, 'Processing/Doors/Sweep/Function'))).toEqual({
    ...shared,
    FIRE_FUNCTION: 'Processing/Doors/Fire/Function',
  });
});

test('materialize', () => {
  expect(variables(resource(assembly, 'Processing/MeterReadings/Materialize/Function'))).toEqual({
    MILLRACE_PIPELINE: 'meter-readings',
    RESULTS_TABLE: 'Streams/Tables/Results',
    LAKE_BUCKET: 'Streams/Lake',
  });
});

test('query', () => {
  expect(variables(resource(assembly, 'Query/Query/Function'))).toEqual({
    STATE_TABLE: 'Streams/Tables/State',
    RESULTS_TABLE: 'Streams/Tables/Results',
    KEYS_TABLE: 'Streams/Tables/Keys',
    QUERY_AUTH: 'key',
  });
});

test('heartbeats', () => {
  const measured = synthesizeSample({ environment: 'dev', heartbeat: true });
  expect(variables(resource(measured, 'Processing/Doors/Heartbeat/Function'), measured)).toEqual({
    MILLRACE_PIPELINE: 'doors',
    EVENTS_STREAM: 'Streams/Doors/Events',
  });
});

test('source maps in bundles are used in stack traces', () => {
  const mapped = synthesizeSample({ environment: 'dev', sourceMaps: true });
  expect(variables(resource(mapped, 'Query/Query/Function'), mapped)).toMatchObject({
    NODE_OPTIONS: '--enable-source-maps',
  });
});
