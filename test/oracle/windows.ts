/** A `network-traffic` event as its producers send it. */
interface Traffic {
  readonly event_id?: string;
  readonly device: string;
  readonly ip: string;
  readonly receive_bytes: number;
  readonly send_bytes: number;
  readonly receive_packets: number;
  readonly send_packets: number;
  readonly ts: number | string;
}

/** Values by name of one key and window. */
export type Values = Readonly<Record<string, number | null>>;

/** The values of a stage by `<start> <key>`; start in ISO 8601. */
export type StageResults = ReadonlyMap<string, Values>;

const MINUTE = 60_000;

/** Adds up exactly, in whole numbers of any size. */
class Totals {
  readonly #rows = new Map<string, bigint[]>();

  add(start: number, key: string, ...amounts: number[]): void {
    const name = `${new Date(start).toISOString()} ${key}`;
    const row = this.#rows.get(name) ?? amounts.map(() => 0n);
    this.#rows.set(
      name,
      row.map((total, index) => total + BigInt(amounts[index] as number)),
    );
  }

  map(values: (row: number[], name: string) => Values): StageResults {
    return new Map([...this.#rows].map(([name, row]) => [name, values(row.map(Number), name)]));
  }
}

const ratio = (numerator: number, denominator: number): number | null =>
  denominator === 0 ? null : numerator / denominator;

/**
 * Recomputes the results of the sample pipeline's stages from its events, by none of the code under test: every event id
 * once, whole numbers exactly. Events are expected to be in time, or late within what the stages allow.
 *
 * @param lines - events as NDJSON
 */
export function expectedResults(lines: Iterable<string>): Map<string, StageResults> {
  const devices = new Totals();
  const addresses = new Totals();
  const all = new Totals();
  const seen = new Set<string>();
  for (const line of lines) {
    if (line.trim() === '') continue;
    const event = JSON.parse(line) as Traffic;
    if (event.event_id !== undefined) {
      if (seen.has(event.event_id)) continue;
      seen.add(event.event_id);
    }
    const { device, ip, receive_bytes, send_bytes, receive_packets, send_packets, ts } = event;
    const start = Math.floor((typeof ts === 'number' ? ts : Date.parse(ts)) / MINUTE) * MINUTE;
    devices.add(start, device, receive_bytes, send_bytes, receive_packets, send_packets, 1);
    addresses.add(start, ip, receive_bytes, send_bytes, 1);
    all.add(start, '', receive_bytes, send_bytes);
  }
  const total = all.map(([received = 0, sent = 0]) => ({ bytes: received + sent }));
  return new Map([
    [
      'device-traffic',
      devices.map(([received = 0, sent = 0, packetsIn = 0, packetsOut = 0, events = 0]) => ({
        receive_bytes: received,
        send_bytes: sent,
        receive_packets: packetsIn,
        send_packets: packetsOut,
        events,
        receive_bytes_per_packet: ratio(received, packetsIn),
        send_bytes_per_packet: ratio(sent, packetsOut),
      })),
    ],
    [
      'ip-share',
      addresses.map(([received = 0, sent = 0, events = 0], name) => {
        const window = total.get(`${name.slice(0, name.indexOf(' '))} `)?.bytes ?? 0;
        return { bytes: received + sent, share: ratio(received + sent, window), events };
      }),
    ],
  ]);
}
