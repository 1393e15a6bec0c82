import { parseArgs } from 'node:util';
import { type DeclaredType, MillraceClient } from '../../../client/index.ts';
import { machineName, readCounters } from './counters.ts';
import { DEFAULT_FLEET, Fleet } from './fleet.ts';
import { Machine } from './machine.ts';
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
const CLOSE_MS = 1_000;

const { values } = parseArgs({
  options: { url: { type: 'string' }, key: { type: 'string', default: 'local' } },
});
const { MILLRACE_RUN } = process.env;
const url = values.url ?? (MILLRACE_RUN === undefined ? undefined : JSON.parse(MILLRACE_RUN).url);
if (typeof url !== 'string') throw new Error('say where to send to: --url http://127.0.0.1:4000');

const report = (problem: string): void => console.error(problem);

// Written down instead of taken from the pipelines, whose schemas this process has no use for.
type Sample = DeclaredType<'network-traffic', Traffic> | DeclaredType<'patient-vitals', VitalSigns>;

const client = new MillraceClient<Sample>({
  url,
  key: values.key,
  types: [
    { name: 'network-traffic', id: 'event_id' },
    { name: 'patient-vitals', id: 'event_id' },
  ],
  warn: report,
});

/** Sends what there is room for: while the server is away the client holds about half an hour of the samples. */
function offer<Event extends object>(events: readonly Event[], send: (event: Event) => unknown): void {
  const lost = events.filter((event) => send(event) === false).length;
  if (lost > 0) report(`${lost} events are lost: the server was away for too long`);
}

const sendTraffic = (event: Traffic) => client.trySend('network-traffic', event);
const sendVitals = (event: VitalSigns) => client.trySend('patient-vitals', event);
const fleet = new Fleet({ ...DEFAULT_FLEET, start: Date.now() });
const ward = new Ward({ ...DEFAULT_WARD, start: Date.now() });
const machine = new Machine(machineName());
let reading = false;

setInterval(() => {
  offer(fleet.reports(Date.now()), sendTraffic);
  offer(ward.readings(Date.now()), sendVitals);
}, TICK_MS);
setInterval(async () => {
  // Reading runs programs on some systems, and those can take their time.
  if (reading) return;
  reading = true;
  try {
    offer(machine.traffic(await readCounters(), Date.now()), sendTraffic);
  } catch (error) {
    report(error instanceof Error ? error.message : String(error));
  }
  reading = false;
}, READING_MS);

const parent = process.ppid;
const end = () => void client.close(CLOSE_MS).finally(() => process.exit());
process.on('disconnect', end);
process.on('SIGTERM', end);
// Ctrl-C reaches the whole group; the parent decides when it is over.
process.on('SIGINT', () => {});
// A parent that was killed says nothing: its orphans get another one.
setInterval(() => {
  if (process.ppid !== parent) process.exit();
}, TICK_MS);
