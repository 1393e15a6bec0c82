import type { PutItemCommandInput, UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import type { Commit } from '../../shared/state/commit.ts';
import { type Cut, FireLedger, type Firing } from '../../shared/state/ledger.ts';
import { CommitLog } from '../../shared/state/log.ts';
import type { StageContext } from '../../shared/state/stage-context.ts';
import { type Command, operationOf } from '../support/in-process-dynamodb.ts';
import type { Sabotage } from './sim/simulation.ts';

/**
 * A rule of the protocol that is broken on purpose, to see whether the driver notices. None of it touches the code under test:
 * rules that live in a condition or an item are broken on the way to DynamoDB, others in a substitute for an object or a
 * module that the code uses.
 */
export interface DeliberateFault {
  readonly name: string;
  /** Of stages that read each other. */
  readonly chained?: boolean;
  readonly sabotage?: Sabotage;
  /** Module, relative to the root of the project -> what of its exports is replaced. */
  readonly modules?: Readonly<Record<string, (original: never) => object>>;
}

interface IdSetModule {
  readonly IdSet: new (
    expected?: number,
  ) => { add(high: number, low: number): boolean; has(high: number, low: number): boolean };
}

interface SourceModule {
  readonly sourceShards: (...heads: unknown[]) => readonly { readonly maxEventTime: number }[];
  readonly readSource: (context: StageContext, own: unknown) => Promise<object>;
}

const ID_SET = 'shared/windows/id-set.ts';

/** Changes the input of commands of one operation on items whose partition key begins as given. */
function tamper<T extends object>(operation: string, pk: string, change: (input: T) => object): Sabotage {
  return {
    command(command: Command) {
      const { Key, Item } = command.input as { Key?: { pk: { S: string } }; Item?: { pk: { S: string } } };
      const key = (Key ?? Item)?.pk.S ?? '';
      if (operationOf(command) !== operation || !key.startsWith(pk)) return command;
      return Object.assign(Object.create(command), { input: change(command.input as T) }) as Command;
    },
  };
}

const isFence = ({ tail }: Commit): boolean => tail.lastBatch < tail.n;

export const DELIBERATE_FAULTS: readonly DeliberateFault[] = [
  {
    name: 'no condition on the commit',
    sabotage: tamper<PutItemCommandInput>('PutItem', 'log#', ({ ConditionExpression: _, ...input }) => input),
  },
  {
    name: 'no position check',
    modules: {
      'shared/state/position.ts': (original: object) => ({ ...original, compareSequence: () => 1 }),
    },
  },
  {
    name: 'no id check',
    modules: {
      [ID_SET]: (original: IdSetModule) => ({
        ...original,
        IdSet: class extends original.IdSet {
          override add(high: number, low: number): boolean {
            super.add(high, low);
            return true;
          }
          override has(): boolean {
            return false;
          }
        },
      }),
    },
  },
  {
    name: 'heads that may go back',
    sabotage: tamper<UpdateItemCommandInput>('UpdateItem', 'heads#', ({ ConditionExpression, ...input }) =>
      ConditionExpression?.includes('#n < :n') ? input : { ...input, ConditionExpression },
    ),
  },
  {
    name: 'the cut taken before the claim',
    sabotage: {
      context(context, items) {
        const seen = new Map<string, number>();
        let view: Cut = seen;
        const log = new (class extends CommitLog {
          override async last(shard: string): Promise<Commit | undefined> {
            const last = await super.last(shard);
            seen.set(shard, last?.tail.n ?? 0);
            return last;
          }
        })(items);
        const ledger = new (class extends FireLedger {
          // The firings are read at the end of the look at the stage that finds out what is due.
          override between(...range: Parameters<FireLedger['between']>): ReturnType<FireLedger['between']> {
            view = new Map(seen);
            return super.between(...range);
          }
          override cut(firing: Firing): ReturnType<FireLedger['cut']> {
            return super.cut(firing, view);
          }
        })(items);
        return { ...context, log, ledger };
      },
    },
  },
  {
    name: 'a takeover with a new cut',
    sabotage: tamper<UpdateItemCommandInput>('UpdateItem', 'fires#', (input) =>
      input.UpdateExpression === 'SET lease = :lease'
        ? { ...input, UpdateExpression: 'SET lease = :lease REMOVE cut' }
        : input,
    ),
  },
  {
    name: 'no fence before closing',
    sabotage: {
      context(context, items) {
        const log = new (class extends CommitLog {
          override async append(shard: string, commit: Commit): Promise<void> {
            if (!isFence(commit)) await super.append(shard, commit);
          }
        })(items);
        return { ...context, log };
      },
    },
  },
  {
    name: 'lateness decided before de-duplication',
    modules: {
      // The only question asked of a set without adding to it is whether a late event is a repetition.
      [ID_SET]: (original: IdSetModule) => ({
        ...original,
        IdSet: class extends original.IdSet {
          override has(): boolean {
            return false;
          }
        },
      }),
    },
  },
  {
    name: 'late output before the commit',
    sabotage: {
      context(context, items, outputs) {
        const log = new (class extends CommitLog {
          override async append(shard: string, commit: Commit): Promise<void> {
            if (commit.late.length > 0) await outputs?.emitLate(commit.late);
            await super.append(shard, commit);
          }
        })(items);
        return { ...context, log };
      },
    },
  },
  {
    name: 'ids of ancestors not read on a second cold start',
    // The first cold start of a shard learns its ancestors from its head, every later one from its last commit.
    sabotage: tamper<PutItemCommandInput>('PutItem', 'log#', (input) => ({
      ...input,
      Item: { ...input.Item, ancestors: { L: [] } },
    })),
  },
  {
    name: 'a still shard taken for idle without a look into the stream',
    sabotage: { probe: (found) => (found === 'unread' ? 'empty' : found) },
  },
  {
    name: 'unread events of other types hold time',
    modules: {
      'shared/results/stage-reader.ts': (original: object) => ({
        ...original,
        concernsReaderOf: () => () => true,
      }),
    },
  },
  {
    name: 'a stage behind a filter goes by its own shards alone',
    chained: true,
    sabotage: { context: (context) => ({ ...context, filters: [] }) },
  },
  {
    name: 'a filter that stands still at one shard does not hold time while it goes on at another',
    chained: true,
    modules: {
      'shared/state/source.ts': (original: SourceModule) => ({
        ...original,
        sourceShards(...heads: unknown[]) {
          const shards = original.sourceShards(...heads);
          if (!Array.isArray(heads[1]) || heads[1].length === 0) return shards;
          const highest = Math.max(...shards.map(({ maxEventTime }) => maxEventTime));
          return shards.map((shard) => ({ ...shard, maxEventTime: highest }));
        },
        readSource: async (context: StageContext, own: unknown) => {
          const heads = await Promise.all(
            context.filters.map(async (filter) => (await filter.heads.read()).heads),
          );
          if (heads.length === 0) return original.readSource(context, own);
          const shards = original.sourceShards(own, heads);
          return [{ maxEventTime: Math.max(...shards.map(({ maxEventTime }) => maxEventTime)) }];
        },
      }),
    },
  },
  {
    name: 'a mark of a filter is believed before what it speaks of has been read',
    chained: true,
    modules: {
      'shared/state/marks.ts': (original: object) => ({
        ...original,
        newestSeen: <T>(marks: readonly T[]) => marks[0],
      }),
    },
  },
  {
    name: 'a shard that its filter has emptied is left out although the stage has not read all that came of it',
    chained: true,
    modules: {
      'shared/state/source.ts': (original: SourceModule) => ({
        ...original,
        sourceShards: (...heads: unknown[]) =>
          original.sourceShards(...heads).map((shard) => ({ ...shard, seen: true })),
      }),
    },
  },
  {
    name: 'windows whose results others read are closed in any order',
    chained: true,
    sabotage: { context: (context) => ({ ...context, resultSpan: Number.POSITIVE_INFINITY }) },
  },
];
