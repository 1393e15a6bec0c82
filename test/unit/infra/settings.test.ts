import { expect, test } from 'vitest';
import { choicesFromContext, settingsOf } from '../../../infra/settings.ts';
import { samplePipelines } from './sample.ts';

test('what is not chosen has a default', () => {
  expect(settingsOf({}, samplePipelines)).toMatchObject({
    environment: { name: 'dev' },
    prefix: 'millrace',
    sourceMaps: false,
  });
});

test('access is chosen by lists, and checked', () => {
  const { access } = settingsOf(
    {
      corsOrigins: 'https://a.example, http://localhost:3000',
      iam: true,
      jwtIssuer: 'https://id.example/',
      jwtAudience: 'millrace',
    },
    samplePipelines,
  );
  expect(access).toEqual({
    corsOrigins: ['https://a.example', 'http://localhost:3000'],
    webHookOrigins: [],
    iam: true,
    jwt: { issuer: 'https://id.example/', audience: ['millrace'], scopes: [] },
  });
  expect(() => settingsOf({ corsOrigins: 'https://a.example/path' }, samplePipelines)).toThrow(
    'without a path',
  );
  expect(() => settingsOf({ jwtIssuer: 'https://id.example/' }, samplePipelines)).toThrow('jwtAudience');
});

test.each(['Upper', '', '1st', 'under_score', 'a'.repeat(21)])('prefix "%s" is refused', (prefix) => {
  expect(() => settingsOf({ prefix }, samplePipelines)).toThrow('lower-case letters');
});

test('more shards than a pipeline has lanes are refused', () => {
  expect(settingsOf({ shards: 16 }, samplePipelines).environment.capacity).toMatchObject({ shards: 16 });
  expect(() => settingsOf({ shards: 17 }, samplePipelines)).toThrow(/has 16 lanes/);
});

test('the context of the CLI is text', () => {
  const context: Record<string, unknown> = { env: 'local', shards: '4', prefix: 'mine', sourceMaps: 'true' };
  expect(choicesFromContext((key) => context[key])).toEqual({
    environment: 'local',
    shards: 4,
    prefix: 'mine',
    sourceMaps: true,
    tracing: false,
    iam: false,
  });
  expect(choicesFromContext(() => undefined)).toEqual({
    environment: undefined,
    shards: undefined,
    prefix: undefined,
    sourceMaps: false,
    tracing: false,
    iam: false,
  });
});

test('heartbeats are sent where something is at stake, or where they are asked for', () => {
  const heartbeat = (choices: object) => settingsOf(choices, samplePipelines).heartbeat;
  expect(['local', 'dev', 'stage', 'prod'].map((environment) => heartbeat({ environment }))).toEqual([
    ...[false, false],
    ...[true, true],
  ]);
  expect(heartbeat({ environment: 'local', heartbeat: true })).toBe(true);
  expect(heartbeat({ environment: 'prod', heartbeat: false })).toBe(false);
  const chosen = (text: string) => choicesFromContext((key) => (key === 'heartbeat' ? text : undefined));
  expect([chosen('true').heartbeat, chosen('false').heartbeat]).toEqual([true, false]);
});

test('only what nothing refers to can be left out', () => {
  expect(
    settingsOf({ omit: 'AWS::CloudWatch::Alarm, AWS::Athena::NamedQuery' }, samplePipelines).omit,
  ).toEqual(['AWS::CloudWatch::Alarm', 'AWS::Athena::NamedQuery']);
  expect(() => settingsOf({ omit: 'AWS::Kinesis::Stream' }, samplePipelines)).toThrow('nothing works');
});

test('how long the lake keeps what is chosen in days, by the environment where nothing is said', () => {
  const retention = (choices: object) => settingsOf(choices, samplePipelines).lakeRetention;
  expect(retention({ environment: 'prod' })).toEqual({
    rawDays: undefined,
    curatedDays: undefined,
    rejectedDays: undefined,
  });
  expect(retention({ environment: 'dev' })).toEqual({ rawDays: 30, curatedDays: 90, rejectedDays: 30 });
  expect(retention({ environment: 'dev', rawDays: 'never', curatedDays: '1000' })).toEqual({
    rawDays: undefined,
    curatedDays: 1000,
    rejectedDays: 30,
  });
  expect(() => retention({ curatedDays: '1.5' })).toThrow(/curatedDays is "1.5"/);
  expect(() => retention({ environment: 'prod', rawDays: '8' })).toThrow(/use at least 9/);
});
