/** What the generated traffic looks like. The same options give the same bytes. */
export interface TrafficOptions {
  /** Number of events, repeated ones included. */
  readonly events: number;
  readonly devices: number;
  /** Part of the events that repeat an earlier one, id included. */
  readonly duplicates: number;
  /** Part of the events whose time lies behind that of an event before them. */
  readonly disorder: number;
  readonly seed: number;
  /** Time of the first event, epoch milliseconds. */
  readonly start: number;
  /** Milliseconds between two reports of one device. */
  readonly interval: number;
}

export const DEFAULT_TRAFFIC: TrafficOptions = {
  events: 1_000_000,
  devices: 1_000,
  duplicates: 0.02,
  disorder: 0.05,
  seed: 1,
  start: Date.UTC(2026, 0, 1),
  interval: 10_000,
};

/** Stays below the sample stages' bound of 10 s, so that no event is late. */
const MAX_DISORDER_MS = 9_900;
/** A repetition comes at most so many events after its original. */
const MAX_REPEAT_DISTANCE = 5_000;
/** Several devices share an address, as behind one router. */
const DEVICES_PER_IP = 4;

/**
 * Random numbers in [0, 1) from a seed: mulberry32, good enough to make test data and quick.
 *
 * @see https://gist.github.com/tommyettinger/46a874533244883189143505d203312c
 */
export function createRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

/** Generates `network-traffic` events as lines of JSON, in the order in which they are to be sent. */
export function* generateTraffic(options: Partial<TrafficOptions> = {}): Generator<string> {
  const { events, devices, duplicates, disorder, seed, start, interval } = { ...DEFAULT_TRAFFIC, ...options };
  const random = createRandom(seed);
  /** Repetitions to come, in a ring by the index at which they are due. */
  const repeats = new Array<string | undefined>(MAX_REPEAT_DISTANCE).fill(undefined);
  for (let index = 0; index < events; index++) {
    const slot = index % MAX_REPEAT_DISTANCE;
    const repeat = repeats[slot];
    if (repeat !== undefined) {
      repeats[slot] = undefined;
      yield repeat;
      continue;
    }
    const device = Math.floor(random() * devices);
    const back = random() < disorder ? 1 + Math.floor(random() * MAX_DISORDER_MS) : 0;
    const time = start + Math.floor((index * interval) / devices);
    const line = trafficLine(`${seed}-${index}`, device, Math.max(start, time - back), random);
    if (random() < duplicates) {
      repeats[(index + 1 + Math.floor(random() * (MAX_REPEAT_DISTANCE - 1))) % MAX_REPEAT_DISTANCE] = line;
    }
    yield line;
  }
}

function trafficLine(id: string, device: number, time: number, random: () => number): string {
  // Cubed, so that few events carry most of the bytes, as in real traffic.
  const receivePackets = Math.floor(random() ** 3 * 10_000);
  const sendPackets = Math.floor(random() ** 3 * 4_000);
  const receiveBytes = receivePackets * (64 + Math.floor(random() * 1_400));
  const sendBytes = sendPackets * (64 + Math.floor(random() * 1_400));
  const address = Math.floor(device / DEVICES_PER_IP);
  return (
    `{"event_id":"${id}","device":"fleet-${device}","ip":"10.${address >> 16}.${(address >> 8) & 255}.${address & 255}",` +
    `"receive_bytes":${receiveBytes},"send_bytes":${sendBytes},` +
    `"receive_packets":${receivePackets},"send_packets":${sendPackets},"ts":${time}}`
  );
}
