import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Workflow {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly jobs: Readonly<
    Record<string, { permissions?: Record<string, string>; 'timeout-minutes'?: number; steps: Step[] }>
  >;
}

const folder = fileURLToPath(new URL('../../.github/workflows/', import.meta.url));
const scripts = (
  JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    scripts: Record<string, string>;
  }
).scripts;

describe.each(readdirSync(folder))('%s', (file) => {
  const text = readFileSync(`${folder}${file}`, 'utf8');
  const workflow = parse(text) as Workflow;
  const jobs = Object.values(workflow.jobs);
  const steps = jobs.flatMap((job) => job.steps);

  test('pins every action to a commit and says which release that is', () => {
    for (const [line] of text.matchAll(/uses: .*/g)) {
      expect(line).toMatch(/^uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    }
  });

  test('says what its token may do, which is never to write to the repository', () => {
    expect(workflow.permissions).toBeDefined();
    for (const permissions of [workflow.permissions, ...jobs.map((job) => job.permissions)]) {
      for (const [scope, access] of Object.entries(permissions ?? {})) {
        expect([scope, access]).toEqual([scope, scope === 'id-token' ? 'write' : 'read']);
      }
    }
    for (const { uses, with: inputs } of steps) {
      if (uses?.startsWith('actions/checkout@')) expect(inputs?.['persist-credentials']).toBe(false);
    }
  });

  test('ends, and puts no input of somebody else into a command', () => {
    for (const job of jobs) expect(job['timeout-minutes']).toBeGreaterThan(0);
    for (const { run } of steps) expect(run ?? '').not.toContain('${{');
  });

  test('runs scripts that there are', () => {
    for (const { run = '' } of steps) {
      const [, script] = /^npm run (\S+)/.exec(run) ?? [];
      if (script !== undefined) expect(Object.keys(scripts)).toContain(script);
    }
  });
});
