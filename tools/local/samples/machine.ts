import type { Counters } from './counters.ts';
import type { Traffic } from './traffic.ts';

/** Turns readings of counters into what was transferred between them. */
export class Machine {
  readonly #name: string;
  #last = new Map<string, Counters>();

  constructor(name: string) {
    this.#name = name;
  }

  /**
   * The traffic of each interface since the reading before. An interface that is new, or whose counters fell because
   * they started again from 0, only gives its starting point.
   */
  traffic(readings: readonly Counters[], now: number): Traffic[] {
    const last = this.#last;
    this.#last = new Map(readings.map((reading) => [reading.iface, reading]));
    return readings.flatMap((reading) => {
      const before = last.get(reading.iface);
      if (before === undefined) return [];
      const event = {
        event_id: `${this.#name}-${reading.iface}-${now}`,
        device: `${this.#name}/${reading.iface}`,
        ip: reading.ip,
        receive_bytes: reading.receiveBytes - before.receiveBytes,
        send_bytes: reading.sendBytes - before.sendBytes,
        receive_packets: reading.receivePackets - before.receivePackets,
        send_packets: reading.sendPackets - before.sendPackets,
        ts: now,
      };
      const { receive_bytes, send_bytes, receive_packets, send_packets } = event;
      const counted = [receive_bytes, send_bytes, receive_packets, send_packets];
      return counted.every((count) => Number.isSafeInteger(count) && count >= 0) ? [event] : [];
    });
  }
}
