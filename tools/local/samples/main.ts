import { parseArgs } from 'node:util';
import { encodeBody } from '../../cli/send/batches.ts';
import { SendClient } from '../../cli/send/client.ts';
import type { Item } from '../../cli/send/items.ts';
import { machineName, readCounters } from './counters.ts';
import { DEFAULT_FLEET, Fleet } from './fleet.ts';
import { Machine } from './machine.ts';
import { Outbox } from './outbox.ts';
import type { Traffic } from './traffic.ts';
import { DEFAULT_WARD, type VitalSigns, Ward } from './ward.ts';

/**
 * Sample producers of a local run: a simulated fleet, the network interfaces of this machine, and a simulated ward. Started by
 * the local runtime as a child process; ends with it.
 *
 *     node --import tsx tools/local/samples/main.ts --url http://127.0.0.1:4000
 */
const TICK_MS = 1_000;
const READING_MS = 5_000;
const FOREVER = Number.POSITIVE_INFINITY;

const { values } = parseArgs({
  options: { url: { type: 'string' }, key: { type: 'string', default: 'local' } },
});
const { MILLRACE_RUN } = process.env;
const url = values.url ?? (MILLRACE_RUN === undefined ? undefined : JSON.parse(MILLRACE_RUN).url);
if (typeof url !== 'string') throw new Error('say where to send to: --url http://127.0.0.1:4000');

const report = (problem: string): void => console.error(problem);

function outboxOf<T extends object>(type: string, timeOf: (event: T) => number): Outbox<T> {
  const client = new SendClient({
    endpoint: new URL(`v1/events/${type}`, url),
    key: values.key,
    patience: FOREVER,
    firstPatience: FOREVER,
  });
  const deliver = async (items: readonly Item[]) => {
    const { refused } = await client.deliver(items, await encodeBody(items));
    const [first] = refused;
    if (first !== undefined) report(`${refused.length} events are refused, the first: ${first.reason}`);
  };
  return new Outbox(deliver, report, timeOf);
}

const traffic = outboxOf<Traffic>('network-traffic', ({ ts }) => ts);
const vitals = outboxOf<VitalSigns>('patient-vitals', ({ timestamp }) => timestamp);
const fleet = new Fleet({ ...DEFAULT_FLEET, start: Date.now() });
const ward = new Ward({ ...DEFAULT_WARD, start: Date.now() });
const machine = new Machine(machineName());
let reading = false;

setInterval(() => {
  traffic.add(fleet.reports(Date.now()));
  vitals.add(ward.readings(Date.now()));
}, TICK_MS);
setInterval(async () => {
  // Reading runs programs on some systems, and those can take their time.
  if (reading) return;
  reading = true;
  try {
    traffic.add(machine.traffic(await readCounters(), Date.now()));
  } catch (error) {
    report(error instanceof Error ? error.message : String(error));
  }
  reading = false;
}, READING_MS);

const parent = process.ppid;
process.on('disconnect', () => process.exit());
process.on('SIGTERM', () => process.exit());
// Ctrl-C reaches the whole group; the parent decides when it is over.
process.on('SIGINT', () => {});
// A parent that was killed says nothing: its orphans get another one.
setInterval(() => {
  if (process.ppid !== parent) process.exit();
}, TICK_MS);
