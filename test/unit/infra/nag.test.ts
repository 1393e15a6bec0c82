import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CfnBucket } from 'aws-cdk-lib/aws-s3';
import { AwsSolutionsChecks } from 'cdk-nag';
import { expect, test } from 'vitest';
import type { SynthesizeOptions } from '../../../infra/millrace-app.ts';
import { alertStage, pipeline } from '../../../shared/pipeline/index.ts';
import { personalPipelines, reading, samplePipelines } from './sample.ts';
import { synthesizeSample } from './support.ts';

const surges = pipeline('surges', {
  description: 'surges',
  types: [reading],
  stages: [alertStage('surge', { description: 'a surge', from: reading, message: 'm', quiet: '1 hour' })],
});
const pipelines = [samplePipelines[1]!, ...personalPipelines, surges];

/** What the rules find: all that nobody has acknowledged, warnings too, and the ids of what somebody has. */
function findings(options: Partial<SynthesizeOptions>): { open: unknown[]; acknowledged: string[] } {
  const outdir = mkdtempSync(join(tmpdir(), 'millrace-nag-'));
  try {
    synthesizeSample({ pipelines, checks: (app) => [new AwsSolutionsChecks(app)], ...options, outdir });
    const report: Report = JSON.parse(readFileSync(join(outdir, 'validation-report.json'), 'utf8'));
    return {
      open: report.pluginReports.flatMap(({ violations }) => violations),
      acknowledged: report.pluginReports.flatMap(({ suppressedViolations }) =>
        suppressedViolations.map(({ acknowledgedId }) => acknowledgedId),
      ),
    };
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

interface Report {
  readonly pluginReports: readonly {
    readonly violations: readonly unknown[];
    readonly suppressedViolations: readonly { readonly acknowledgedId: string }[];
  }[];
}

test.each<Partial<SynthesizeOptions>>([
  { environment: 'dev' },
  { environment: 'prod', iam: true, encryption: 'customer' },
])('AwsSolutions finds nothing that is not acknowledged, not even a warning (%o)', (options) => {
  const { open, acknowledged } = findings(options);
  expect(open).toEqual([]);
  // Were there none, the rules would not have run.
  expect(acknowledged).toContain('AwsSolutions::AwsSolutions-S1');
});

test('it would find a bucket that is open', () => {
  expect(() =>
    findings({
      pipelines: [],
      checks: (app) => {
        new CfnBucket(app.node.findChild('Streams'), 'Open');
        return [new AwsSolutionsChecks(app)];
      },
    }),
  ).toThrow(/Streams\/Open[\s\S]*AwsSolutions-S10/);
});
