import { once } from 'node:events';
import { Command, InvalidArgumentError } from 'commander';
import { DEFAULT_TRAFFIC, generateTraffic, type TrafficOptions } from './bench/traffic.ts';

/** Characters gathered before a write: single lines would spend the time in system calls. */
const CHUNK = 64 * 1024;

const whole = (text: string): number => {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('Give a whole number.');
  return Number(text);
};
const part = (text: string): number => {
  const value = Number(text);
  if (!(value >= 0 && value <= 1)) throw new InvalidArgumentError('Give a number from 0 to 1.');
  return value;
};

const { events, devices, duplicates, disorder, seed, start, interval } = DEFAULT_TRAFFIC;
const options = new Command('generate')
  .description(
    'Writes seeded network-traffic events to standard output as NDJSON: node --import tsx tools/generate.ts',
  )
  .option('--events <n>', 'number of events, repeated ones included', whole, events)
  .option('--devices <n>', 'number of devices', whole, devices)
  .option('--duplicates <part>', 'part of the events that repeat an earlier one', part, duplicates)
  .option('--disorder <part>', 'part of the events that are up to 9.9 s behind', part, disorder)
  .option('--seed <n>', 'the same seed gives the same bytes', whole, seed)
  .option('--start <ms>', 'time of the first event in epoch milliseconds', whole, start)
  .option('--interval <ms>', 'time between two reports of one device', whole, interval)
  .parse()
  .opts<TrafficOptions>();

let chunk = '';
for (const line of generateTraffic(options)) {
  chunk += `${line}\n`;
  if (chunk.length < CHUNK) continue;
  if (!process.stdout.write(chunk)) await once(process.stdout, 'drain');
  chunk = '';
}
process.stdout.write(chunk);
