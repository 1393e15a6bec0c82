import networkTraffic from '../../../shared/pipelines/network-traffic.ts';
import { LakeDatabase } from '../../cli/query/database.ts';

/** What a query took and said. */
export interface QueryCost {
  readonly ms: number;
  /** Of all cores, milliseconds. */
  readonly cpuMs: number;
  readonly memory: number;
  readonly events: number;
  readonly receiveBytes: number;
}

const SQL = `SELECT sum(events) AS events, sum(bytes) AS bytes FROM (
  SELECT device, count(*) AS events, sum(receive_bytes) AS bytes FROM network_traffic GROUP BY device)`;

const [root = ''] = process.argv.slice(2);
const started = performance.now();
const database = await LakeDatabase.open(root, networkTraffic.types);
const { rows } = await database.query(SQL);
const ms = performance.now() - started;
const { user, system } = process.cpuUsage();
const [events, receiveBytes] = (rows[0] ?? []).map(Number);
const cost: QueryCost = {
  ms,
  cpuMs: (user + system) / 1000,
  memory: process.resourceUsage().maxRSS * 1024,
  events: events ?? 0,
  receiveBytes: receiveBytes ?? 0,
};
process.send?.(cost, () => process.exit());
