import { gunzipSync } from 'node:zlib';
import { HeadObjectCommand, PutObjectCommand, type S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { ShardLander } from '../../shared/lake/lander.ts';
import { RAW } from '../../shared/lake/landing.ts';
import { type Landed, NOTHING_LANDED } from '../../shared/lake/landing-heads.ts';
import { RawStore } from '../../shared/lake/raw-store.ts';
import type { SourceRecord } from '../../shared/state/writer.ts';
import { GatedCalls } from '../support/gated.ts';
import { Random } from '../support/random.ts';

/** A rule of landing that a run breaks on purpose. */
export type Breach = 'overwrite' | 'taken-is-done' | 'remembered-head' | 'head-goes-back';

const SHARD = 'shardId-000000000000';
const HOUR = 3_600_000;
const START = Date.UTC(2026, 0, 1, 22);

interface StoredObject {
  readonly body: Uint8Array;
  readonly metadata: Record<string, string>;
}

/** Landing of one shard under a seeded schedule of crashes, lost answers, late zombies and shifting batches. */
export class LandingWorld {
  readonly #random: Random;
  readonly #calls = new GatedCalls();
  readonly #breach: Breach | undefined;
  readonly #records: SourceRecord[];
  readonly #objects = new Map<string, StoredObject>();
  readonly #rejected = new Set<string>();
  readonly #remembered = new Map<ShardLander, Landed>();
  #head: Landed = NOTHING_LANDED;
  /** How many records Lambda believes to be done. */
  #checkpoint = 0;
  #warm: ShardLander | undefined;

  constructor(seed: number, breach?: Breach) {
    this.#random = new Random(seed);
    this.#breach = breach;
    const count = 5 + this.#random.below(40);
    let arrival = START;
    this.#records = Array.from({ length: count }, (_, index) => {
      arrival += this.#random.below(HOUR / 4);
      return { sequence: String(index + 1), arrival, data: recordData(index) };
    });
  }

  /** Plays the schedule to its end and says what is wrong with the lake then; nothing, that is. */
  async run(): Promise<string[]> {
    for (let step = 0; step < 40 && this.#checkpoint < this.#records.length; step++) await this.#invoke(true);
    while (this.#calls.waiting > 0) await this.#calls.release(this.#random.below(this.#calls.waiting), 'ok');
    while (this.#checkpoint < this.#records.length) await this.#invoke(false);
    return this.#problems();
  }

  /** One delivery, as Lambda makes it: from the checkpoint on, as many records as it likes. Zombies of others may stir. */
  async #invoke(faulty: boolean): Promise<void> {
    const size = 1 + this.#random.below(8);
    const batch = this.#records.slice(this.#checkpoint, this.#checkpoint + size);
    if (this.#warm === undefined || this.#random.chance(0.3)) this.#warm = this.#lander();
    let ended: 'done' | 'failed' | undefined;
    this.#warm.process(batch).then(
      () => {
        ended = 'done';
      },
      () => {
        ended = 'failed';
      },
    );
    await new Promise((resolve) => setImmediate(resolve));
    // Lambda gives an invocation up after a while; what it has begun may still go on at any later time.
    const patience = faulty ? 1 + this.#random.below(12) : Number.POSITIVE_INFINITY;
    for (let calls = 0; ended === undefined && calls < patience; calls++) {
      const fate =
        !faulty || this.#random.chance(0.8) ? 'ok' : this.#random.chance(0.5) ? 'lost' : 'ambiguous';
      await this.#calls.release(this.#random.below(this.#calls.waiting), fate);
    }
    if (ended === 'done') this.#checkpoint += batch.length;
  }

  #lander(): ShardLander {
    const store = new RawStore(
      { send: (command: unknown) => this.#s3(command) } as unknown as S3Client,
      'lake',
    );
    const lander: ShardLander = new ShardLander(
      {
        pipeline: 'p',
        landing: RAW,
        // Attempts may close their objects at different places, as they do when the limit is changed by a deployment.
        maxBytes: [1, 700, 2_000][this.#random.below(9)] ?? Number.POSITIVE_INFINITY,
        store: this.#breach === 'taken-is-done' ? takenIsDone(store) : store,
        heads: {
          read: async () => {
            const remembered = this.#remembered.get(lander);
            if (this.#breach === 'remembered-head' && remembered !== undefined) return remembered;
            return this.#calls.call(() => this.#head);
          },
          advance: async (_shard, landed) => {
            this.#remembered.set(lander, landed);
            await this.#calls.call(() => {
              if (landed.n > this.#head.n || this.#breach === 'head-goes-back') this.#head = landed;
            });
          },
        },
        listShards: async () => [],
        setAside: (_shard, items) =>
          this.#calls.call(() => {
            for (const { sequence, sub } of items) this.#rejected.add(`${sequence}/${sub}`);
          }),
      },
      SHARD,
    );
    return lander;
  }

  #s3(command: unknown): Promise<unknown> {
    return this.#calls.call(() => {
      if (command instanceof HeadObjectCommand) {
        return { Metadata: this.#objects.get(command.input.Key ?? '')?.metadata };
      }
      if (!(command instanceof PutObjectCommand)) throw new TypeError('not a call that landing makes');
      const { Key = '', Body, Metadata = {}, IfNoneMatch } = command.input;
      if (IfNoneMatch === '*' && this.#objects.has(Key) && this.#breach !== 'overwrite') throw precondition();
      this.#objects.set(Key, { body: Body as Uint8Array, metadata: Metadata });
      return {};
    });
  }

  /** What an independent look at the objects finds wrong. */
  #problems(): string[] {
    const landed = new Map<string, number>();
    for (const { body } of this.#objects.values()) {
      for (const line of gunzipSync(body).toString().split('\n').slice(0, -1)) {
        const { sequence, sub_sequence, id } = JSON.parse(line) as Record<string, string>;
        const place = `${sequence}/${sub_sequence}`;
        landed.set(place, (landed.get(place) ?? 0) + 1);
        if (id !== idOf(Number(sequence) - 1, Number(sub_sequence)))
          landed.set(`${place} with the id ${id}`, 1);
      }
    }
    return [
      ...this.#records.flatMap(({ sequence }, index) =>
        itemsOf(index).flatMap((isGood, sub) => {
          const place = `${sequence}/${sub}`;
          const copies = (isGood ? landed.get(place) : Number(this.#rejected.has(place))) ?? 0;
          landed.delete(place);
          return copies === 1 ? [] : [`item ${place} is there ${copies} times`];
        }),
      ),
      ...[...landed.keys()].map((place) => `${place} was never sent`),
    ];
  }
}

/** What the items of a record are: events or not. Some records hold one, some several, some only what cannot be decoded. */
function itemsOf(index: number): readonly boolean[] {
  if (index % 7 === 6) return [false];
  return index % 3 === 2 ? [true, index % 2 === 0, true] : [true];
}

const idOf = (index: number, sub: number): string => `e${index}-${sub}`;

function recordData(index: number): string {
  const items = itemsOf(index).map((isGood, sub) => ({
    specversion: '1.0',
    // What is no event lacks its id.
    ...(isGood && { id: idOf(index, sub) }),
    source: '/test',
    type: 't',
    time: '2026-01-01T00:00:00.000Z',
    data: index,
  }));
  const value = items.length === 1 ? items[0] : items;
  return Buffer.from(JSON.stringify(value)).toString('base64');
}

/** What is easily written: a name that is taken means that the work is done. */
const takenIsDone = (store: RawStore): RawStore =>
  new Proxy(store, {
    get: (target, name) =>
      name === 'create'
        ? async (object: Parameters<RawStore['create']>[0]) => {
            await target.create(object);
            return { to: object.to, here: true };
          }
        : Reflect.get(target, name, target),
  });

const precondition = (): S3ServiceException =>
  new S3ServiceException({
    name: 'PreconditionFailed',
    $fault: 'client',
    message: 'At least one of the pre-conditions you specified did not hold',
    $metadata: { httpStatusCode: 412 },
  });
