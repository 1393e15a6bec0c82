import { AwsSolutionsChecks } from 'cdk-nag';
import { SCHEMAS } from '../shared/lake/schema/folder.ts';
import { pipelines } from '../shared/pipelines/index.ts';
import { namedQueries } from '../shared/pipelines/queries.ts';
import { synthesize } from './millrace-app.ts';

try {
  synthesize({
    pipelines,
    queries: namedQueries,
    schemas: SCHEMAS,
    checks: (app) => [new AwsSolutionsChecks(app)],
  });
} catch (error) {
  // A choice that is not possible needs its sentence, not a stack trace.
  if (!(error instanceof RangeError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
