import { readFile } from 'node:fs/promises';
import { hostname, networkInterfaces } from 'node:os';
import { networkStats } from 'systeminformation';

/** What a network interface has counted since it came up. */
export interface Counters {
  readonly iface: string;
  readonly ip: string;
  readonly receiveBytes: number;
  readonly sendBytes: number;
  readonly receivePackets: number;
  readonly sendPackets: number;
}

/** The name of this machine, as its events show it. */
export const machineName = (): string => hostname().split('.', 1)[0] || 'this-machine';

/**
 * Reads the counters of this machine's network interfaces: those to the outside, or, where there are none, the
 * internal one. Packets are counted where the system says so (Linux), otherwise they are 0.
 */
export async function readCounters(): Promise<Counters[]> {
  const addresses = new Map(Object.entries(networkInterfaces()).map(([name, list = []]) => [name, list]));
  const external = (name: string) => addresses.get(name)?.some(({ internal }) => !internal) === true;
  const stats = (await networkStats('*')).filter(({ iface }) => addresses.has(iface));
  const outside = stats.filter(({ iface }) => external(iface));
  return Promise.all(
    (outside.length > 0 ? outside : stats).map(async ({ iface, rx_bytes, tx_bytes }) => {
      const list = addresses.get(iface) ?? [];
      const address = list.find(({ family }) => family === 'IPv4') ?? list[0];
      return {
        iface,
        ip: address?.address ?? '0.0.0.0',
        receiveBytes: rx_bytes,
        sendBytes: tx_bytes,
        receivePackets: await packets(iface, 'rx_packets'),
        sendPackets: await packets(iface, 'tx_packets'),
      };
    }),
  );
}

/** @see https://docs.kernel.org/networking/statistics.html */
async function packets(iface: string, name: string): Promise<number> {
  try {
    return Number(await readFile(`/sys/class/net/${iface}/statistics/${name}`, 'utf8'));
  } catch {
    return 0;
  }
}
