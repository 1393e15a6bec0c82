import type { WindowStage } from '../../../shared/pipeline/index.ts';
import { deviceTraffic, ipShare } from '../../../shared/pipelines/network-traffic.ts';
import { runFloor } from '../floor.ts';
import { type Payload, payloads } from '../payloads.ts';
import { type Contestant, interleave, median, medianRatio, type RoundsOptions } from '../rounds.ts';
import { WindowPath } from '../window-path.ts';

export interface ThroughputOptions extends RoundsOptions {
  readonly keys: number;
  readonly events: number;
}

/** What one stage did with the same events as the floor. */
export interface ThroughputRow {
  readonly stage: string;
  readonly format: 'CloudEvents' | 'compact';
  readonly nsPerEvent: number;
  /** Throughput in proportion to the floor's. */
  readonly ofFloor: number;
  readonly writeUnitsPerEvent: number;
}

export interface ThroughputResult {
  readonly kind: 'throughput';
  readonly keys: number;
  readonly events: number;
  readonly eventBytes: number;
  readonly floorNsPerEvent: number;
  readonly rows: readonly ThroughputRow[];
}

interface Entry extends Contestant<Payload> {
  readonly stage: WindowStage;
  readonly format: ThroughputRow['format'];
  readonly path: WindowPath;
}

const PER_RECORD = 40;
/** A poll a second: what a shard under load sees. */
const INTERVAL_MS = 1_000;

export async function throughput({ keys, events, ...rounds }: ThroughputOptions): Promise<ThroughputResult> {
  const entries = [deviceTraffic, ipShare].flatMap((stage) => [
    entry(stage, 'CloudEvents', ({ cloudEvents }) => cloudEvents),
    entry(stage, 'compact', ({ compact }) => compact),
  ]);
  const floor = { name: 'floor', run: ({ cloudEvents }: Payload) => runFloor(cloudEvents) };
  const inputs = payloads({ keys, events, perRecord: PER_RECORD, interval: INTERVAL_MS });
  const { eventBytes } = inputs.next().value;
  const times = await interleave<Payload>([floor, ...entries], inputs, rounds);
  const floorTimes = times.get('floor') ?? [];
  const counted = (rounds.warmUp + rounds.rounds) * events;
  return {
    kind: 'throughput',
    keys,
    events,
    eventBytes,
    floorNsPerEvent: (median(floorTimes) * 1e6) / events,
    rows: entries.map(({ name, stage, format, path }) => ({
      stage: stage.name,
      format,
      nsPerEvent: (median(times.get(name) ?? []) * 1e6) / events,
      ofFloor: medianRatio(floorTimes, times.get(name) ?? []),
      writeUnitsPerEvent: path.table.writeUnits / counted,
    })),
  };
}

function entry(
  stage: WindowStage,
  format: ThroughputRow['format'],
  bytes: (payload: Payload) => Buffer,
): Entry {
  const path = new WindowPath(stage);
  return { name: `${stage.name} ${format}`, stage, format, path, run: (payload) => path.run(bytes(payload)) };
}
