import {
  AttributeType,
  BillingMode,
  type GlobalSecondaryIndexProps,
  ProjectionType,
  Table,
  TableEncryption,
  type TableProps,
} from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import { acknowledge } from '../acknowledgments.ts';
import { pascalCase, physicalName } from '../names.ts';
import { type TableReference, tableReference } from '../references.ts';
import type { Deployment } from './deployment.ts';
import { keyOf } from './encryption-key.ts';
import { removalPolicyOf } from './retention.ts';

/** The index of the results by time: see the tables in docs/architecture.md. */
export const RESULTS_BY_TIME = 'byTime';

const text = (name: string) => ({ name, type: AttributeType.STRING });

const BY_TIME: GlobalSecondaryIndexProps = {
  indexName: RESULTS_BY_TIME,
  partitionKey: text('gpk'),
  sortKey: text('gsk'),
  projectionType: ProjectionType.ALL,
};

/** The tables that all pipelines share. */
export class Tables extends Construct {
  /** The commit log, heads, clocks and fire ledger of every stage. */
  readonly state: TableReference;
  /** The latest revision of every result, for the query API. */
  readonly results: TableReference;
  /** Hashes of the write keys. */
  readonly keys: TableReference;
  /** What ingestion remembers of senders: offsets of their clocks, and what their keys have used. */
  readonly senders: TableReference;

  constructor(scope: Construct, id: string, deployment: Deployment) {
    super(scope, id);
    const { environment } = deployment;
    const encryptionKey = keyOf(this, deployment);
    const table = (name: string, props: Omit<TableProps, 'tableName'>, index?: GlobalSecondaryIndexProps) => {
      const tableName = physicalName(deployment, name);
      const created = new Table(this, pascalCase(name), {
        tableName,
        billingMode: BillingMode.PAY_PER_REQUEST,
        deletionProtection: environment.deletionProtection,
        pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: environment.pointInTimeRecovery },
        removalPolicy: removalPolicyOf(environment),
        ...(encryptionKey !== undefined && { encryption: TableEncryption.CUSTOMER_MANAGED, encryptionKey }),
        ...props,
      });
      if (!environment.pointInTimeRecovery) {
        acknowledge(created, 'DDB3', 'Whoever may destroy the environment need not recover its tables.');
      }
      if (index !== undefined) created.addGlobalSecondaryIndex(index);
      return tableReference(tableName);
    };
    const sorted = { partitionKey: text('pk'), sortKey: text('sk') };
    const expiring = { timeToLiveAttribute: 'expiresAt' };
    this.state = table('state', { ...sorted, ...expiring });
    this.results = table('results', { ...sorted, ...expiring }, BY_TIME);
    this.keys = table('keys', { partitionKey: text('pk') });
    this.senders = table('senders', { partitionKey: text('pk'), ...expiring });
  }
}
