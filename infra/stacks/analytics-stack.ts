import { CfnOutput, Duration } from 'aws-cdk-lib';
import { CfnNamedQuery, CfnWorkGroup } from 'aws-cdk-lib/aws-athena';
import { CfnDatabase } from 'aws-cdk-lib/aws-glue';
import type { Construct } from 'constructs';
import { typeTable } from '../../shared/lake/tables.ts';
import type { Pipeline } from '../../shared/pipeline/index.ts';
import type { NamedQuery } from '../../shared/pipelines/queries.ts';
import { closedBucket } from '../constructs/closed-bucket.ts';
import type { Deployment } from '../constructs/deployment.ts';
import { eventTable, lateTable, rawTable, rejectedTable, resultsTable } from '../constructs/lake-tables.ts';
import { deploymentName, pascalCase } from '../names.ts';
import { MillraceStack } from './millrace-stack.ts';
import type { StreamsStack } from './streams-stack.ts';

/** What one statement may read, in bytes, before Athena stops it: 100 GB, half a dollar at list prices. */
const SCAN_LIMIT = 100 * 1024 ** 3;
const RESULTS_KEPT = Duration.days(30);
/** Functions that set records aside under a name that is no stage's. */
const OTHER_STAGES = ['lake', 'lake-late', 'lake-results', 'materialize'];

/** SQL on the lake: a Glue database with its tables, and an Athena workgroup with a limit and named queries. */
export class AnalyticsStack extends MillraceStack {
  constructor(
    scope: Construct,
    deployment: Deployment,
    data: StreamsStack,
    pipelines: readonly Pipeline[],
    queries: readonly NamedQuery[],
  ) {
    super(scope, 'Analytics', deployment, 'tables of the lake, and SQL on them');
    this.addStackDependency(data);
    const { lake } = data;
    const name = `${deployment.prefix}_${deployment.environment.name}`.replaceAll('-', '_');
    const database = new CfnDatabase(this, 'Database', {
      catalogId: this.account,
      databaseInput: { name, description: `The lake of ${deployment.prefix} ${deployment.environment.name}` },
    });
    const props = { database: database.ref, lake };
    const stages = pipelines.flatMap((pipeline) => pipeline.stages.map((stage) => stage.name));
    rawTable(this, props);
    lateTable(this, props);
    resultsTable(this, props);
    rejectedTable(this, props, [...stages, ...OTHER_STAGES]);
    for (const type of pipelines.flatMap(({ types }) => types)) eventTable(this, props, typeTable(type));
    const group = this.#workGroup(deployment);
    for (const query of queries) {
      new CfnNamedQuery(this, `Query${pascalCase(query.name)}`, {
        name: query.name,
        description: query.description,
        database: database.ref,
        queryString: query.sql,
        workGroup: group.ref,
      });
    }
    new CfnOutput(this, 'LakeDatabase', { value: database.ref, description: 'Glue database of the lake' });
    new CfnOutput(this, 'AthenaWorkGroup', {
      value: group.ref,
      description: 'Athena workgroup for the lake',
    });
  }

  #workGroup(deployment: Deployment): CfnWorkGroup {
    const { environment, keyArn } = deployment;
    const results = closedBucket(this, 'Results', {
      deployment,
      lifecycleRules: [
        { id: 'answers', expiration: RESULTS_KEPT, abortIncompleteMultipartUploadAfter: Duration.days(1) },
      ],
    });
    return new CfnWorkGroup(this, 'WorkGroup', {
      name: deploymentName(deployment),
      description: 'SQL on the lake, with a limit to what a statement may read',
      recursiveDeleteOption: environment.removal === 'destroy',
      workGroupConfiguration: {
        enforceWorkGroupConfiguration: true,
        publishCloudWatchMetricsEnabled: true,
        bytesScannedCutoffPerQuery: SCAN_LIMIT,
        engineVersion: { selectedEngineVersion: 'Athena engine version 3' },
        resultConfiguration: {
          outputLocation: `s3://${results.bucketName}/`,
          encryptionConfiguration:
            keyArn === undefined
              ? { encryptionOption: 'SSE_S3' }
              : { encryptionOption: 'SSE_KMS', kmsKey: keyArn },
        },
      },
    });
  }
}
