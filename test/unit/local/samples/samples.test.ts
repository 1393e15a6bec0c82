import { describe, expect, test } from 'vitest';
import type { Counters } from '../../../../tools/local/samples/counters.ts';
import { machineName, readCounters } from '../../../../tools/local/samples/counters.ts';
import { DEFAULT_FLEET, Fleet } from '../../../../tools/local/samples/fleet.ts';
import { Machine } from '../../../../tools/local/samples/machine.ts';
import type { Traffic } from '../../../../tools/local/samples/traffic.ts';

const START = Date.UTC(2026, 0, 1, 12);

/** An hour of a fleet, second by second: when each report arrived. */
function hour(options = {}): { readonly event: Traffic; readonly at: number }[] {
  const fleet = new Fleet({ ...DEFAULT_FLEET, start: START, ...options });
  return Array.from({ length: 3600 }, (_, second) => START + second * 1000).flatMap((at) =>
    fleet.reports(at).map((event) => ({ event, at })),
  );
}

describe('the fleet', () => {
  const arrived = hour();

  test('is the same for the same seed and start', () => {
    expect(hour()).toEqual(arrived);
    expect(hour({ seed: 8 })).not.toEqual(arrived);
  });

  test('reports valid counters, every device every interval', () => {
    expect(new Set(arrived.map(({ event }) => event.device)).size).toBe(50);
    expect(new Set(arrived.map(({ event }) => event.event_id)).size).toBeGreaterThan(50 * 355);
    for (const { event } of arrived) {
      for (const count of [
        event.receive_bytes,
        event.send_bytes,
        event.receive_packets,
        event.send_packets,
      ]) {
        expect(Number.isSafeInteger(count) && count >= 0).toBe(true);
      }
    }
  });

  test('has some late reports and some repeated ones, late within what the stages allow', () => {
    const lateness = arrived.map(({ event, at }) => at - event.ts);
    expect(lateness.filter((ms) => ms > 15_000).length).toBeGreaterThan(50);
    expect(Math.max(...lateness)).toBeLessThan(5 * 60_000);
    const repeated = arrived.length - new Set(arrived.map(({ event }) => event.event_id)).size;
    expect(repeated).toBeGreaterThan(50);
  });

  test('is busier by day than by night', () => {
    const bytes = (start: number) =>
      hour({ start, seed: 7 }).reduce((sum, { event }) => sum + event.receive_bytes, 0);
    const night = new Fleet({ ...DEFAULT_FLEET, start: START - 12 * 3_600_000 });
    const first = night.reports(START - 12 * 3_600_000 + 60_000).reduce((sum, e) => sum + e.receive_bytes, 0);
    expect((bytes(START) / 3600) * 60).toBeGreaterThan(2 * first);
  });

  test('does not make up for a night of sleep', () => {
    const fleet = new Fleet({ ...DEFAULT_FLEET, start: START });
    fleet.reports(START + 1000);
    const woken = fleet.reports(START + 8 * 3_600_000);
    expect(woken.length).toBeLessThan(500);
  });
});

describe('the counters of this machine', () => {
  const reading = (receiveBytes: number, extra: Partial<Counters> = {}): Counters => ({
    iface: 'eth0',
    ip: '192.0.2.1',
    receiveBytes,
    sendBytes: 5,
    receivePackets: 1,
    sendPackets: 1,
    ...extra,
  });

  test('become differences between readings, never negative ones', () => {
    const machine = new Machine('laptop');
    const bytes = [100, 150, 150, 20, 60].map((count, index) =>
      machine.traffic([reading(count)], START + index).map(({ receive_bytes }) => receive_bytes),
    );
    // The first reading and the one after a reset are starting points.
    expect(bytes).toEqual([[], [50], [0], [], [40]]);
  });

  test('are named after the machine and the interface, and start over when an interface comes back', () => {
    const machine = new Machine('laptop');
    machine.traffic([reading(1), reading(1, { iface: 'wlan0', ip: '192.0.2.2' })], START);
    expect(machine.traffic([reading(3)], START + 1)).toEqual([
      {
        event_id: `laptop-eth0-${START + 1}`,
        device: 'laptop/eth0',
        ip: '192.0.2.1',
        receive_bytes: 2,
        send_bytes: 0,
        receive_packets: 0,
        send_packets: 0,
        ts: START + 1,
      },
    ]);
    const back = machine.traffic([reading(3), reading(90, { iface: 'wlan0' })], START + 2);
    expect(back.map(({ device }) => device)).toEqual(['laptop/eth0']);
  });

  test('can be read here', async () => {
    expect(machineName()).not.toBe('');
    for (const { iface, ip, receiveBytes, sendBytes } of await readCounters()) {
      expect([iface.length, ip.length].every((length) => length > 0)).toBe(true);
      expect(receiveBytes >= 0 && sendBytes >= 0).toBe(true);
    }
  });
});
