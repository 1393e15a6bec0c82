/**
 * Synthesizes the application in a process of its own: `worker.ts <outdir> [shards]`. The CDK's library takes a second to
 * load and memory that the local run would otherwise hold on to.
 */
import { synthesize } from '../../../infra/millrace-app.ts';
import { pipelines } from '../../../shared/pipelines/index.ts';

const [, , outdir, shards] = process.argv;

try {
  synthesize({
    pipelines,
    outdir,
    environment: 'local',
    shards: shards === undefined ? undefined : Number(shards),
    sourceMaps: true,
    // What CloudFormation would object to is found by the tests and by `cdk synth`.
    validate: false,
  });
} catch (error) {
  console.error(error instanceof RangeError ? error.message : error);
  process.exitCode = 1;
}
