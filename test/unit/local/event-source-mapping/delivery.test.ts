import { describe, expect, test } from 'vitest';
import {
  type DeliveryOptions,
  type Discarded,
  deliver,
} from '../../../../tools/local/event-source-mapping/delivery.ts';
import { type PendingRecord, skippedRecord } from '../../../../tools/local/event-source-mapping/record.ts';
import type { Outcome } from '../../../../tools/local/functions/outcome.ts';
import { kinesisRecord, numbersIn, pending, sequence } from './factory.ts';

const numberOf = (sequenceNumber: string): number => Number(sequenceNumber.slice(4));
const ok = (response: unknown = null): Outcome => ({
  ok: true,
  requestId: 'r',
  payload: JSON.stringify(response),
});
const failed: Outcome = { ok: false, requestId: 'r', error: { errorType: 'Error', errorMessage: 'no' } };
const itemFailures = (...numbers: number[]): Outcome =>
  ok({ batchItemFailures: numbers.map((n) => ({ itemIdentifier: sequence(n) })) });

interface Run {
  readonly invocations: number[][];
  readonly waits: number[];
  readonly checkpoints: number[];
  readonly discarded: { reason: string; numbers: number[]; attempts: number }[];
}

/** Delivers records to a function that answers by what it is given and how often it was called before. */
async function run(
  records: PendingRecord[],
  respond: (numbers: number[], call: number) => Outcome,
  mapping: Partial<DeliveryOptions['mapping']> = {},
  more: Partial<DeliveryOptions> = {},
  signal: AbortSignal = new AbortController().signal,
): Promise<Run> {
  const seen: Run = { invocations: [], waits: [], checkpoints: [], discarded: [] };
  await deliver(
    records,
    {
      mapping: {
        bisectOnError: false,
        maximumRecordAgeSeconds: -1,
        maximumRetryAttempts: -1,
        reportsItemFailures: false,
        ...mapping,
      },
      async invoke(payload) {
        const numbers = numbersIn(payload);
        seen.invocations.push(numbers);
        return respond(numbers, seen.invocations.length);
      },
      checkpoint: (sequenceNumber) => seen.checkpoints.push(numberOf(sequenceNumber)),
      async discard({ reason, records: given, attempts }: Discarded) {
        const numbers = given.map(({ sequenceNumber }) => numberOf(sequenceNumber));
        seen.discarded.push({ reason, numbers, attempts });
      },
      onRetry: () => {},
      async sleep(ms) {
        seen.waits.push(ms);
      },
      now: () => 1_700_000_000_000,
      ...more,
    },
    signal,
  );
  return seen;
}

const batch = (...numbers: number[]): PendingRecord[] => numbers.map((n) => pending(n));

describe('a batch', () => {
  test('is delivered once when all goes well', async () => {
    const { invocations, checkpoints } = await run(batch(1, 2, 3), () => ok());
    expect(invocations).toEqual([[1, 2, 3]]);
    expect(checkpoints.at(-1)).toBe(3);
  });

  test('is tried again as it is, with growing waits, until it succeeds', async () => {
    const seen = await run(batch(1, 2), (_, call) => (call < 10 ? failed : ok()));
    expect(seen.invocations).toEqual(Array.from({ length: 10 }, () => [1, 2]));
    expect(seen.waits).toEqual([200, 400, 800, 1600, 3200, 6400, 10_000, 10_000, 10_000]);
    expect(seen.checkpoints).toEqual([2, 2]);
  });

  test('is given up after its retries', async () => {
    const seen = await run(batch(1, 2), () => failed, { maximumRetryAttempts: 2 });
    expect(seen.invocations).toHaveLength(3);
    expect(seen.discarded).toEqual([{ reason: 'RetryAttemptsExhausted', numbers: [1, 2], attempts: 3 }]);
    expect(seen.checkpoints.at(-1)).toBe(2);
  });

  test('loses its records that are too old, before they are tried', async () => {
    // Arrival is 1,700,000,000 s + n, and now is 1,700,000,000 s.
    const ages = [-100, -61, -59, -1].map((age) => pending(age + 1000));
    const seen = await run(
      ages,
      () => ok(),
      { maximumRecordAgeSeconds: 60 },
      { now: () => 1_700_001_000_000 },
    );
    expect(seen.invocations).toEqual([[941, 999]]);
    expect(seen.discarded).toEqual([{ reason: 'RecordAgeExceeded', numbers: [900, 939], attempts: 0 }]);
  });

  test('is given up when it gets too old while it is tried', async () => {
    let now = 1_700_000_010_000;
    const tick = async (): Promise<void> => {
      now += 30_000;
    };
    const seen = await run(
      batch(1, 2),
      () => failed,
      { maximumRecordAgeSeconds: 60 },
      { now: () => now, sleep: tick },
    );
    expect(seen.invocations).toHaveLength(2);
    expect(seen.discarded).toMatchObject([{ reason: 'RecordAgeExceeded', numbers: [1, 2] }]);
  });

  test('of records that filters keep from the function only moves the checkpoint', async () => {
    const seen = await run([skippedRecord(kinesisRecord(1)), skippedRecord(kinesisRecord(2))], () => failed);
    expect(seen.invocations).toEqual([]);
    expect(seen.checkpoints).toEqual([2]);
  });

  test('is left where it is when the run stops', async () => {
    const abort = new AbortController();
    const stopping = run(
      batch(1),
      () => failed,
      {},
      {
        async sleep(_, signal) {
          abort.abort();
          signal.throwIfAborted();
        },
      },
      abort.signal,
    );
    await expect(stopping).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('bisecting', () => {
  test('isolates a record that fails, in order, without using up retries', async () => {
    const seen = await run(batch(1, 2, 3, 4, 5), (numbers) => (numbers.includes(4) ? failed : ok()), {
      bisectOnError: true,
      maximumRetryAttempts: 1,
    });
    expect(seen.invocations).toEqual([[1, 2, 3, 4, 5], [1, 2, 3], [4, 5], [4], [4], [5]]);
    expect(seen.discarded).toEqual([{ reason: 'RetryAttemptsExhausted', numbers: [4], attempts: 2 }]);
    expect(seen.checkpoints).toEqual([3, 4, 5, 5]);
  });

  test('delivers the first half before the second is tried', async () => {
    const seen = await run(
      batch(1, 2, 3, 4),
      (numbers, call) => (numbers.length > 2 || call === 2 ? failed : ok()),
      { bisectOnError: true },
    );
    expect(seen.invocations).toEqual([[1, 2, 3, 4], [1, 2], [1], [2], [3, 4]]);
  });
});

describe('partial failures', () => {
  test('go on from the lowest failed record', async () => {
    const seen = await run(
      batch(1, 2, 3, 4),
      (_, call) => (call === 1 ? itemFailures(4, 3) : ok({ batchItemFailures: [] })),
      { reportsItemFailures: true },
    );
    expect(seen.invocations).toEqual([
      [1, 2, 3, 4],
      [3, 4],
    ]);
    expect(seen.checkpoints).toEqual([2, 4, 4]);
  });

  test('are no failures to a mapping that does not ask for them', async () => {
    const seen = await run(batch(1, 2), () => itemFailures(2));
    expect(seen.invocations).toEqual([[1, 2]]);
  });

  test('that get further do not use up the retries of what is left', async () => {
    const seen = await run(batch(1, 2, 3, 4), (numbers) => itemFailures(Math.min(numbers[0]! + 1, 4)), {
      reportsItemFailures: true,
      maximumRetryAttempts: 2,
    });
    expect(seen.invocations).toEqual([[1, 2, 3, 4], [2, 3, 4], [3, 4], [4], [4]]);
    expect(seen.discarded).toEqual([{ reason: 'RetryAttemptsExhausted', numbers: [4], attempts: 3 }]);
  });

  test('of the first record are halved where halving is on', async () => {
    const seen = await run(batch(1, 2), (numbers) => (numbers.length === 2 ? itemFailures(1) : ok()), {
      reportsItemFailures: true,
      bisectOnError: true,
    });
    expect(seen.invocations).toEqual([[1, 2], [1], [2]]);
  });
});
