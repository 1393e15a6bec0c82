import { setTimeout as pause } from 'node:timers/promises';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { parseResult, type WindowResult } from '../../shared/results/result.ts';
import { AwsJsonClient } from '../../tools/local/aws-json.ts';
import type { LocalRun } from '../../tools/local/run.ts';
import { HEADERS, type StageCounts, stageCounts } from '../support/api-client.ts';
import { StreamTail } from '../support/stream-tail.ts';
import { synthesizeTranscripts } from '../support/test-app.ts';
import { startTestRun } from '../support/test-run.ts';
import { describeEmission, emissionOf } from '../transcripts/describe.ts';
import { readTranscripts } from '../transcripts/read.ts';
import type { Emission, Outcome, Step, Transcript } from '../transcripts/transcript.ts';

/** Long, since all transcripts share a busy machine; whoever waits goes on as soon as it is true. */
const PATIENCE = { timeout: 150_000, interval: 50 };
/** A look asks about all stages, which takes the run longer than what is waited for. */
const LOOK_EVERY = 500;
/** Each is a stage with functions of its own: so many at a time. */
const AT_ONCE = 30;
let run: LocalRun;
let watcher: Watcher;

/** Looks at the counts of all stages and at the results stream, for all transcripts at once. */
class Watcher {
  counts: Record<string, StageCounts> = {};
  readonly #url: string;
  readonly #tail: StreamTail;
  readonly #results = new Map<string, WindowResult[]>();
  readonly #watching: Promise<void>;
  #closed = false;

  constructor(url: string, tail: StreamTail) {
    this.#url = url;
    this.#tail = tail;
    this.#watching = this.#watch();
  }

  /** What a stage has emitted so far, in order. */
  resultsOf(stage: string): readonly WindowResult[] {
    return this.#results.get(stage) ?? [];
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#watching;
    this.#tail.close();
  }

  async #watch(): Promise<void> {
    while (!this.#closed) {
      // A connection that is closed while a request is on its way says nothing: the next look does.
      await this.#look().catch(() => {});
      await pause(LOOK_EVERY);
    }
  }

  async #look(): Promise<void> {
    for (const record of await this.#tail.read()) {
      const parsed: unknown = JSON.parse(record.toString('utf8'));
      for (const event of Array.isArray(parsed) ? parsed : [parsed]) {
        const result = parseResult((event as { data: unknown }).data);
        this.#results.set(result.stage, [...this.resultsOf(result.stage), result]);
      }
    }
    this.counts = await stageCounts(this.#url);
  }
}

/** What steps lead to, and the order of results that are emitted together does not matter. */
const inOrder = <T extends Omit<Emission, 'values'>>(emissions: readonly T[]): T[] =>
  [...emissions].sort((a, b) => (describeEmission(a) < describeEmission(b) ? -1 : 1));

/** Posts an event as a client should: with the same id again while the service has no time. */
async function post(slug: string, { event }: Step): Promise<void> {
  const { id, key, time, amount } = event;
  const answer = await vi.waitUntil(async () => {
    const given = await fetch(`${run.url}/v1/events/${slug}-event`, {
      method: 'POST',
      headers: HEADERS,
      body: JSON.stringify({ id, key, at: time, amount }),
    });
    return given.status !== 503 && given;
  }, PATIENCE);
  expect([answer.status, await answer.json()]).toEqual([202, { accepted: 1, rejected: [] }]);
}

/** Puts an event that ingestion would refuse, so that it is the stage that sets it aside. */
async function putPastIngestion(slug: string, { event }: Step): Promise<void> {
  const { id, key, time, amount } = event;
  const head = { specversion: '1.0', id, source: '/test', type: `${slug}-event`, partitionkey: key };
  const data = { id, key, at: time, amount };
  const json = JSON.stringify({ ...head, time: new Date(time).toISOString(), data });
  const kinesis = new AwsJsonClient('kinesis', run.endpoints.kinesis);
  await kinesis.call('PutRecord', {
    StreamName: run.streams.find((name) => /events/i.test(name)),
    PartitionKey: key,
    Data: Buffer.from(json).toString('base64'),
  });
  kinesis.close();
}

const countsAfter = (counts: StageCounts, outcome: Outcome): StageCounts =>
  outcome === 'outside' ? counts : { ...counts, [outcome]: counts[outcome] + 1 };

/** Posts each event when all that the one before it leads to is there. */
async function play({ slug, steps }: Transcript): Promise<void> {
  let possible: StageCounts[] = [{ accepted: 0, duplicate: 0, late: 0, rejected: 0 }];
  let emitted = 0;
  for (const step of steps) {
    await (step.outcomes.includes('rejected') ? putPastIngestion(slug, step) : post(slug, step));
    possible = possible.flatMap((counts) => step.outcomes.map((outcome) => countsAfter(counts, outcome)));
    emitted += step.emits.length;
    await vi.waitUntil(
      () =>
        possible.some((counts) => JSON.stringify(counts) === JSON.stringify(watcher.counts[slug])) &&
        watcher.resultsOf(slug).length >= emitted,
      PATIENCE,
    );
  }
}

function* groups<T>(all: readonly T[], size: number): Generator<readonly T[]> {
  for (let at = 0; at < all.length; at += size) yield all.slice(at, at + size);
}

describe.each(
  [...groups(readTranscripts(), AT_ONCE)].map((transcripts) => ({
    transcripts,
    names: `${transcripts[0]?.slug} to ${transcripts.at(-1)?.slug}`,
  })),
)('through HTTP, streams and functions: $names', ({ transcripts }) => {
  beforeAll(async () => {
    const own = await startTestRun({ app: synthesizeTranscripts(transcripts) });
    run = own.run;
    const stream = run.streams.find((name) => /results/i.test(name)) ?? '';
    watcher = new Watcher(run.url, await StreamTail.open(run.endpoints.kinesis, stream));
    return async () => {
      await watcher.close();
      await own.remove();
    };
  }, 120_000);

  test('every transcript emits what it says', async () => {
    await Promise.all(
      transcripts.map((transcript) =>
        play(transcript).catch((error: unknown) => {
          const { slug } = transcript;
          const seen = {
            counts: watcher.counts[slug],
            results: watcher.resultsOf(slug).map(emissionOf).map(describeEmission),
          };
          throw new Error(`${slug}: ${JSON.stringify(seen, null, 1)}`, { cause: error });
        }),
      ),
    );
    for (const { slug, steps } of transcripts) {
      const expected = inOrder(steps.flatMap(({ emits }) => emits));
      const emitted = inOrder(watcher.resultsOf(slug).map(emissionOf));
      expect(emitted.map(describeEmission), slug).toEqual(expected.map(describeEmission));
      const values = ({ values: named }: { values: unknown }) => named;
      expect(emitted.map(values), slug).toMatchObject(expected.map(values));
    }
  }, 240_000);
});
