import { createRandom } from '../../bench/traffic.ts';
import type { Traffic } from './traffic.ts';

/** What the simulated fleet is like. The same options and the same times of the calls give the same events. */
export interface FleetOptions {
  readonly devices: number;
  readonly seed: number;
  /** When the fleet begins, epoch milliseconds; part of the ids, so that two runs never share one. */
  readonly start: number;
  /** Milliseconds between two reports of a device. */
  readonly interval: number;
  /** Part of the reports that arrive late: after their window has fired, so that its results are revised. */
  readonly late: number;
  /** Part of the reports that are sent a second time. */
  readonly repeated: number;
}

export const DEFAULT_FLEET = { devices: 50, seed: 7, interval: 10_000, late: 0.01, repeated: 0.01 } as const;

/** After a pause, as of a sleeping computer, what was missed beyond this time is not made up for. */
const MAX_CATCH_UP_MS = 60_000;
const LATE_MS = { least: 20_000, most: 100_000 } as const;
const REPEAT_MS = { least: 1_000, most: 8_000 } as const;
const DAY_MS = 86_400_000;

interface Device {
  readonly name: string;
  readonly ip: string;
  /** Mean bytes received per second. */
  readonly rate: number;
  /** When its busiest hour is, as a part of the day. */
  readonly peak: number;
  next: number;
}

/** A fleet of devices that report their traffic, busy by day and quiet by night, some reports late or repeated. */
export class Fleet {
  readonly #options: FleetOptions;
  readonly #random: () => number;
  readonly #devices: Device[];
  #delayed: { readonly due: number; readonly event: Traffic }[] = [];
  #count = 0;

  constructor(options: FleetOptions) {
    this.#options = options;
    const random = createRandom(options.seed);
    this.#random = random;
    this.#devices = Array.from({ length: options.devices }, (_, index) => ({
      name: `fleet-${index}`,
      ip: `10.20.${index >> 6}.${1 + (index & 63)}`,
      rate: 2_000 * 100 ** random(),
      peak: (13 + 4 * random()) / 24,
      next: options.start + Math.floor((index * options.interval) / options.devices),
    }));
  }

  /** The reports that arrive up to `now`, since the last call. */
  reports(now: number): Traffic[] {
    const arrived: Traffic[] = [];
    for (const device of this.#devices) {
      device.next = Math.max(device.next, now - MAX_CATCH_UP_MS);
      for (; device.next <= now; device.next += this.#options.interval) {
        const event = this.#report(device, device.next);
        const late = this.#random() < this.#options.late;
        if (late) this.#delay(event, LATE_MS);
        else arrived.push(event);
        if (this.#random() < this.#options.repeated) this.#delay(event, REPEAT_MS);
      }
    }
    arrived.push(...this.#delayed.filter(({ due }) => due <= now).map(({ event }) => event));
    this.#delayed = this.#delayed.filter(({ due }) => due > now);
    return arrived;
  }

  #delay(event: Traffic, { least, most }: { readonly least: number; readonly most: number }): void {
    this.#delayed.push({ due: event.ts + least + this.#random() * (most - least), event });
  }

  #report(device: Device, ts: number): Traffic {
    const seconds = this.#options.interval / 1000;
    const hour = (ts % DAY_MS) / DAY_MS;
    const daylight = 0.55 + 0.45 * Math.cos(2 * Math.PI * (hour - device.peak));
    // Squared and doubled: mostly little, now and then a burst.
    const burst = 0.2 + 2.4 * this.#random() ** 2;
    const receive_bytes = Math.round(device.rate * seconds * daylight * burst);
    const send_bytes = Math.round(receive_bytes * (0.05 + 0.2 * this.#random()));
    return {
      event_id: `fleet-${this.#options.start.toString(36)}-${this.#count++}`,
      device: device.name,
      ip: device.ip,
      receive_bytes,
      send_bytes,
      receive_packets: Math.ceil(receive_bytes / (700 + 700 * this.#random())),
      send_packets: Math.ceil(send_bytes / (80 + 320 * this.#random())),
      ts,
    };
  }
}
