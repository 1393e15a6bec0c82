import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Stack, StackStatus } from '@aws-sdk/client-cloudformation';
import { describe, expect, test } from 'vitest';
import type { StageView } from '../../../shared/results/stages.ts';
import { functionFindings, mappingFindings } from '../../../tools/cli/doctor/checks/functions.ts';
import { nodeFinding, packagesFinding } from '../../../tools/cli/doctor/checks/machine.ts';
import { stageFindings } from '../../../tools/cli/doctor/checks/progress.ts';
import { concurrencyFinding, shardsFinding } from '../../../tools/cli/doctor/checks/quotas.ts';
import { bootstrapFinding, stackFindings } from '../../../tools/cli/doctor/checks/stacks.ts';
import { describeFindings, type Finding, runChecks, statusOf } from '../../../tools/cli/doctor/finding.ts';

/** Whoever reads of a problem wants to know what to do. */
const expectAdvice = (findings: readonly Finding[]): void => {
  for (const { level, advice } of findings) if (level !== 'ok') expect(advice).toMatch(/\w{3}/);
};

describe('what is said', () => {
  test('a check that throws is a finding, and a call that is not allowed has its advice', async () => {
    const denied = Object.assign(new Error('not authorized to perform: lambda:ListFunctions'), {
      name: 'AccessDeniedException',
    });
    const findings = await runChecks([
      { about: 'one', run: () => [{ about: 'one', level: 'ok', text: 'fine' }] },
      {
        about: 'two',
        run: () => {
          throw denied;
        },
      },
      { about: 'three', run: () => Promise.reject(new Error('no such host')) },
    ]);
    expect(findings).toEqual([
      { about: 'one', level: 'ok', text: 'fine' },
      expect.objectContaining({ about: 'two', level: 'unknown', advice: expect.stringContaining('allow') }),
      { about: 'three', level: 'unknown', text: 'could not be checked: no such host', advice: undefined },
    ]);
    expect(statusOf(findings)).toBe(0);
  });

  test('advice stands under what is wrong, and only there', () => {
    const text = describeFindings(
      [
        { about: 'Node', level: 'ok', text: '22', advice: 'nothing' },
        { about: 'stacks', level: 'problem', text: 'gone', advice: 'deploy' },
      ],
      (_, mark) => mark,
    );
    expect(text).toBe('ok       Node    22\nPROBLEM  stacks  gone\n                 -> deploy');
  });

  test('the status tells of problems, not of warnings', () => {
    const of = (level: Finding['level']): number => statusOf([{ about: 'it', level, text: '' }]);
    expect([of('ok'), of('warning'), of('unknown'), of('problem')]).toEqual([0, 0, 0, 1]);
  });
});

test.each([
  ['18.20.0', 'problem'],
  ['20.18.3', 'problem'],
  ['20.19.0', 'warning'],
  ['22.3.0', 'ok'],
  ['24.0.0', 'ok'],
])('Node %s: %s', (version, level) => {
  expect(nodeFinding(version).level).toBe(level);
});

test('packages are those of the lockfile, or are to be installed', () => {
  const root = mkdtempSync(join(tmpdir(), 'millrace-doctor-'));
  const write = (path: string, value: unknown): void => {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), JSON.stringify(value));
  };
  try {
    write('package.json', { dependencies: { one: '^1.0.0' }, devDependencies: { two: '^2.0.0' } });
    const packages = { 'node_modules/one': { version: '1.0.1' }, 'node_modules/two': { version: '2.0.0' } };
    write('package-lock.json', { packages });
    write('node_modules/one/package.json', { version: '1.0.1' });
    expect(packagesFinding(root)).toMatchObject({ level: 'problem', text: expect.stringContaining('two') });
    write('node_modules/two/package.json', { version: '2.0.0' });
    expect(packagesFinding(root).level).toBe('ok');
    write('node_modules/one/package.json', { version: '1.0.0' });
    expect(packagesFinding(root)).toMatchObject({ level: 'problem', advice: 'run "npm ci"' });
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});

const stack = (StackStatus: StackStatus, StackName = 'millrace-dev-streams'): Stack => ({
  StackName,
  StackStatus,
  CreationTime: undefined,
});

test('an account is bootstrapped well enough, or not', () => {
  const toolkit = (version: string): Stack => ({
    ...stack('CREATE_COMPLETE', 'CDKToolkit'),
    Outputs: [{ OutputKey: 'BootstrapVersion', OutputValue: version }],
  });
  expect(bootstrapFinding(toolkit('21')).level).toBe('ok');
  for (const bad of [undefined, toolkit('5'), stack('CREATE_COMPLETE', 'CDKToolkit')]) {
    expect(bootstrapFinding(bad)).toMatchObject({
      level: 'problem',
      advice: expect.stringContaining('cdk bootstrap'),
    });
  }
});

test.each([
  ['CREATE_COMPLETE', 'ok'],
  ['UPDATE_COMPLETE', 'ok'],
  ['UPDATE_IN_PROGRESS', 'warning'],
  ['UPDATE_ROLLBACK_COMPLETE', 'warning'],
  ['UPDATE_ROLLBACK_FAILED', 'problem'],
  ['ROLLBACK_COMPLETE', 'problem'],
  ['DELETE_FAILED', 'problem'],
] as const)('a stack that is %s: %s', (status, level) => {
  const findings = stackFindings([stack('CREATE_COMPLETE', 'other'), stack(status)], {
    prefix: 'millrace',
    environment: 'dev',
  });
  expect(findings.map((finding) => finding.level)).toEqual([level]);
  expectAdvice(findings);
});

test('no stacks are a problem', () => {
  const findings = stackFindings([], { prefix: 'millrace', environment: 'prod' });
  expect(findings).toMatchObject([{ level: 'problem', advice: expect.stringContaining('env=prod') }]);
});

test('of functions those are told that fail, are held back or are behind', () => {
  const findings = functionFindings([
    { name: 'well', Errors: 0, Throttles: 0, IteratorAge: 59_000 },
    { name: 'silent' },
    { name: 'failing', Errors: 3 },
    { name: 'slow', Throttles: 2, IteratorAge: 61_000 },
  ]);
  expect(findings.map(({ about, level }) => `${about}: ${level}`)).toEqual([
    'function failing: problem',
    'function slow: warning',
    'function slow: warning',
  ]);
  expectAdvice(findings);
  expect(functionFindings([{ name: 'well' }])).toMatchObject([{ level: 'ok' }]);
});

test('readers that are off or fail are told', () => {
  const FunctionArn = 'arn:aws:lambda:eu-west-1:123456789012:function:window';
  const well = { FunctionArn, State: 'Enabled', LastProcessingResult: 'OK' };
  expect(mappingFindings([well, { FunctionArn, State: 'Enabled' }])).toMatchObject([{ level: 'ok' }]);
  const bad = mappingFindings([
    well,
    { ...well, State: 'Disabled' },
    { ...well, LastProcessingResult: 'PROBLEM: Function call failed' },
  ]);
  expect(bad).toMatchObject([
    { level: 'problem', text: 'window is not given its stream (Disabled)' },
    { level: 'problem', text: 'window: PROBLEM: Function call failed' },
  ]);
  expectAdvice(bad);
});

test('quotas are enough, scarce, or not told', () => {
  expect(concurrencyFinding(1_000, 20).level).toBe('ok');
  expect(concurrencyFinding(50, 20).level).toBe('warning');
  expect(concurrencyFinding(10, 20).level).toBe('problem');
  expect(concurrencyFinding(undefined, 20).level).toBe('unknown');
  const limits = {
    ShardLimit: 200,
    OpenShardCount: 100,
    OnDemandStreamCount: 1,
    OnDemandStreamCountLimit: 50,
  };
  expect(shardsFinding(limits).level).toBe('ok');
  expect(shardsFinding({ ...limits, OpenShardCount: 160 }).level).toBe('warning');
  expect(shardsFinding({ ...limits, OnDemandStreamCount: 45 }).level).toBe('warning');
  expect(shardsFinding({}).level).toBe('unknown');
});

describe('a stage', () => {
  const NOW = Date.UTC(2026, 0, 1, 12);
  const view = (
    over: Partial<StageView['shards'][number]> = {},
    stage: Partial<StageView> = {},
  ): StageView => ({
    name: 'device-traffic',
    pipeline: 'network-traffic',
    kind: 'window',
    watermark: null,
    closedUpTo: null,
    shards: [
      {
        shard: 'shardId-1',
        n: 4,
        maxEventTime: null,
        updatedAt: new Date(NOW - 10_000).toISOString(),
        lagMs: 0,
        idle: false,
        ...over,
      },
    ],
    lagMs: 0,
    counts: { accepted: 0, duplicate: 0, late: 0, rejected: 0 },
    ...stage,
  });
  const longAgo = new Date(NOW - 3_600_000).toISOString();

  test('gets on', () => {
    expect(stageFindings([view(), view({}, { shards: [] })], NOW)).toMatchObject([
      { level: 'ok', text: '1 of 2 have seen events, none is behind' },
    ]);
  });

  test('that has nothing to do is not stuck', () => {
    expect(stageFindings([view({ updatedAt: longAgo, idle: true })], NOW)).toMatchObject([{ level: 'ok' }]);
    expect(stageFindings([view({ updatedAt: longAgo }, { kind: 'filter' })], NOW)).toMatchObject([
      { level: 'ok' },
    ]);
  });

  test('that has not moved and may have something to do is stuck', () => {
    const findings = stageFindings([view({ updatedAt: longAgo })], NOW);
    expect(findings).toMatchObject([
      { about: 'stage device-traffic', level: 'problem', text: expect.stringContaining('60 minutes') },
    ]);
    expectAdvice(findings);
  });

  test('that is behind is a warning', () => {
    const findings = stageFindings([view({}, { lagMs: 90_000 })], NOW);
    expect(findings).toMatchObject([{ level: 'warning', text: '90 s behind its stream' }]);
    expectAdvice(findings);
  });
});
