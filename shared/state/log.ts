import { ConditionalCheckFailedException, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { number } from './attributes.ts';
import { type Commit, decodeCommit, encodeCommit } from './commit.ts';
import { commitSk, logPk } from './keys.ts';
import type { StageTable } from './stage-table.ts';

/** A commit payload above this is split: DynamoDB refuses items over 400 KB. */
export const MAX_COMMIT_BYTES = 380_000;

/** Another writer, or an earlier attempt of this one, has written the commit already. */
export class CommitConflict extends Error {
  override readonly name = 'CommitConflict';

  constructor(stage: string, shard: string, n: number) {
    super(`commit ${n} of ${stage} on ${shard} exists already`);
  }
}

/** The payload does not fit one item: the batch must be committed in smaller parts. */
export class CommitTooLarge extends Error {
  override readonly name = 'CommitTooLarge';
  /** In bytes. */
  readonly size: number;

  constructor(size: number) {
    super(`a commit of ${size} bytes is over ${MAX_COMMIT_BYTES}`);
    this.size = size;
  }
}

/** Commits are missing from the middle of a log: state was deleted by hand or expired too early. */
export class LogGap extends Error {
  override readonly name = 'LogGap';

  constructor(stage: string, shard: string, expected: number, found: number | undefined) {
    super(`the log of ${stage} on ${shard} has a gap: commit ${expected} expected, found ${found ?? 'none'}`);
  }
}

/** The commit logs of a stage, one per shard. All reads are consistent. */
export class CommitLog {
  readonly #items: StageTable;

  constructor(items: StageTable) {
    this.#items = items;
  }

  /**
   * Appends a commit. The condition is the exactly-once protocol: two writers of one shard cannot both succeed.
   *
   * @throws CommitConflict, CommitTooLarge; any other error leaves open whether the write happened
   */
  async append(shard: string, commit: Commit): Promise<void> {
    const { item, size } = encodeCommit(this.#items.stage, shard, commit);
    if (size > MAX_COMMIT_BYTES) throw new CommitTooLarge(size);
    try {
      await this.#items.client.send(
        new PutItemCommand({
          TableName: this.#items.table,
          Item: item,
          ConditionExpression: 'attribute_not_exists(pk)',
        }),
      );
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) {
        throw new CommitConflict(this.#items.stage, shard, commit.tail.n);
      }
      throw error;
    }
  }

  /** The last commit of a shard's log. */
  async last(shard: string): Promise<Commit | undefined> {
    const item = await this.#items.last(logPk(this.#items.stage, shard));
    return item && decodeCommit(item);
  }

  /**
   * The commits `first` to `last`, in order.
   *
   * @throws LogGap when one of them is missing
   */
  async *range(shard: string, first: number, last: number): AsyncGenerator<Commit> {
    const { stage } = this.#items;
    const range = { first: commitSk(first), last: commitSk(last) };
    let expected = first;
    for await (const item of this.#items.query(logPk(stage, shard), range)) {
      const commit = decodeCommit(item);
      if (commit.tail.n !== expected) throw new LogGap(stage, shard, expected, commit.tail.n);
      expected++;
      yield commit;
    }
    if (expected <= last) throw new LogGap(stage, shard, expected, undefined);
  }

  /** Postpones the expiry of a commit whose actions are not known to be done. */
  async keep(shard: string, n: number, expiresAt: number): Promise<void> {
    await this.#items.update(logPk(this.#items.stage, shard), commitSk(n), {
      UpdateExpression: 'SET expiresAt = :expiresAt',
      ConditionExpression: 'attribute_exists(pk)',
      ExpressionAttributeValues: { ':expiresAt': number(expiresAt) },
    });
  }
}
