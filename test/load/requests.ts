/** One request of the load: its number, and the time that its events carry, epoch milliseconds. */
export interface Request {
  readonly number: number;
  readonly time: number;
}

const DEVICES = 1_000;

/** Mixes a number, so that neighbours differ (the finalizer of MurmurHash3). */
function mix(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/**
 * The events of a request, as lines of JSON: a function of the request, so that minutes of load need not be kept to be compared
 * with. One in fifty repeats the id of the request before, as an impatient client does.
 */
export function linesOf({ number, time }: Request, previous: Request | undefined, events: number): string[] {
  return Array.from({ length: events }, (_, index) =>
    previous !== undefined && index % 50 === 49 ? line(previous, index - 1) : line({ number, time }, index),
  );
}

function line({ number, time }: Request, index: number): string {
  const drawn = mix(number * 1_000 + index);
  const device = drawn % DEVICES;
  const received = (drawn >>> 7) % 1_000_000;
  return (
    `{"event_id":"load-${number}-${index}","device":"device-${device}","ip":"10.0.${device >> 6}.${device & 63}",` +
    `"receive_bytes":${received},"send_bytes":${received >> 3},"receive_packets":${1 + (received >> 9)},"send_packets":${1 + (received >> 10)},` +
    `"ts":${time - ((drawn >>> 3) % 2_000)}}`
  );
}

/** The events of all requests, in their order. */
export function* linesOfAll(requests: readonly Request[], events: number): Generator<string> {
  for (const [at, request] of requests.entries()) yield* linesOf(request, requests[at - 1], events);
}
