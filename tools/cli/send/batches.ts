import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import type { Block, Item, Refusal } from './items.ts';

const compress = promisify(gzip);

/** What one request carries, and the lines in between that never became events. */
export interface Batch {
  readonly items: readonly Item[];
  readonly refused: readonly Refusal[];
  /** The items as compressed NDJSON. */
  readonly body: Buffer;
}

/** How large a batch may become. */
export interface BatchLimits {
  readonly events: number;
  /** Characters of JSON. */
  readonly size: number;
  /** Milliseconds of event time between any two events of one request. */
  readonly span: number;
  /** How long, in milliseconds, events may wait for more when the input pauses. */
  readonly linger: number;
}

/** Items as the body of a request. Level 1: the time it takes is well below what the smaller body saves. */
export function encodeBody(items: readonly Item[]): Promise<Buffer> {
  return compress(items.map((item) => item.json).join('\n'), { level: constants.Z_BEST_SPEED });
}

/** Groups events into batches, in order. A batch goes out early when the input pauses. */
export async function* makeBatches(
  blocks: AsyncGenerator<Block>,
  limits: BatchLimits,
): AsyncGenerator<Batch> {
  let items: Item[] = [];
  let refused: Refusal[] = [];
  let size = 0;
  let earliest = Number.POSITIVE_INFINITY;
  let latest = Number.NEGATIVE_INFINITY;
  const take = async (): Promise<Batch> => {
    const batch = { items, refused };
    items = [];
    refused = [];
    size = 0;
    earliest = Number.POSITIVE_INFINITY;
    latest = Number.NEGATIVE_INFINITY;
    return { ...batch, body: await encodeBody(batch.items) };
  };
  let next = blocks.next();
  for (;;) {
    const waiting = items.length > 0 || refused.length > 0;
    const result = waiting ? await within(limits.linger, next) : await next;
    if (result === undefined) {
      yield await take();
      continue;
    }
    if (result.done === true) break;
    // Reading goes on while the batches of this block are being sent.
    next = blocks.next();
    next.catch(() => {});
    refused.push(...result.value.refused);
    for (const item of result.value.items) {
      const { time = latest } = item;
      const full =
        items.length >= limits.events ||
        size + item.json.length > limits.size ||
        Math.max(latest, time) - Math.min(earliest, time) > limits.span;
      if (full && items.length > 0) yield await take();
      items.push(item);
      size += item.json.length + 1;
      earliest = Math.min(earliest, item.time ?? earliest);
      latest = Math.max(latest, item.time ?? latest);
    }
  }
  if (items.length > 0 || refused.length > 0) yield await take();
}

/** The promise's result, or nothing when it takes longer than `ms`. */
async function within<T>(ms: number, promise: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, ms, undefined);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

/** Prepares one batch ahead: the next one is read and compressed while the present one is under way. */
export async function* ahead<T>(source: AsyncGenerator<T>): AsyncGenerator<T> {
  let next = source.next();
  try {
    for (;;) {
      const result = await next;
      if (result.done === true) return;
      next = source.next();
      // An error is thrown when its turn comes; until then nobody waits for the promise.
      next.catch(() => {});
      yield result.value;
    }
  } finally {
    // Not awaited: a read of standard input that is under way may never end.
    source.return(undefined).catch(() => {});
  }
}
