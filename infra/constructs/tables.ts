import { AttributeType, BillingMode, ProjectionType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import type { Environment } from '../environment.ts';
import { removalPolicyOf } from './retention.ts';

/** The index of the results by time: see the tables in docs/architecture.md. */
export const RESULTS_BY_TIME = 'byTime';

const text = (name: string) => ({ name, type: AttributeType.STRING });

/** The tables that all pipelines share. */
export class Tables extends Construct {
  /** The commit log, heads, clocks and fire ledger of every stage. */
  readonly state: Table;
  /** The latest revision of every result, for the query API. */
  readonly results: Table;
  /** Hashes of the write keys. */
  readonly keys: Table;
  /** What ingestion remembers of senders: offsets of their clocks, and what their keys have used. */
  readonly senders: Table;

  constructor(scope: Construct, id: string, environment: Environment) {
    super(scope, id);
    const shared = {
      billingMode: BillingMode.PAY_PER_REQUEST,
      deletionProtection: environment.deletionProtection,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: environment.pointInTimeRecovery },
      removalPolicy: removalPolicyOf(environment),
    };
    const expiring = { ...shared, timeToLiveAttribute: 'expiresAt' };
    this.state = new Table(this, 'State', {
      ...expiring,
      partitionKey: text('pk'),
      sortKey: text('sk'),
    });
    this.results = new Table(this, 'Results', {
      ...expiring,
      partitionKey: text('pk'),
      sortKey: text('sk'),
    });
    this.results.addGlobalSecondaryIndex({
      indexName: RESULTS_BY_TIME,
      partitionKey: text('gpk'),
      sortKey: text('gsk'),
      projectionType: ProjectionType.ALL,
    });
    this.keys = new Table(this, 'Keys', { ...shared, partitionKey: text('pk') });
    this.senders = new Table(this, 'Senders', { ...expiring, partitionKey: text('pk') });
  }
}
