import { SingleBar } from 'cli-progress';
import type { LandedShard } from '../../../shared/replay/landed-rows.ts';
import type { ReplayProgress } from '../../../shared/replay/replay.ts';

/** Shows how far a replay is: by the objects that it has read of those that there are. */
export interface ReplayView {
  onFound(shards: readonly LandedShard[]): void;
  onObject(): void;
  onProgress(progress: ReplayProgress): void;
  stop(): void;
}

const LINE_EVERY_MS = 10_000;

/** A bar on a terminal, elsewhere a line now and then. */
export function showReplay(stream: NodeJS.WriteStream = process.stderr): ReplayView {
  const started = performance.now();
  const bar = stream.isTTY
    ? new SingleBar({
        format:
          '{bar} {percentage}% | {events} events | {rate}/s | arrived up to {arrival} | {eta_formatted} left',
        stream,
        hideCursor: true,
        fps: 5,
        barsize: 30,
      })
    : undefined;
  let [total, read, shown] = [0, 0, started];
  return {
    onFound(shards) {
      total = shards.reduce((sum, { keys }) => sum + keys.length, 0);
      stream.write(`${total.toLocaleString('en')} objects of ${shards.length} shards\n`);
      bar?.start(total, 0, { events: '0', rate: '0', arrival: '-' });
    },
    onObject() {
      read++;
    },
    onProgress({ events, arrival }) {
      const now = performance.now();
      const rate = Math.round(events / Math.max((now - started) / 1000, 0.001)).toLocaleString('en');
      const counted = events.toLocaleString('en');
      const time = Number.isFinite(arrival) ? new Date(arrival).toISOString() : '-';
      if (bar !== undefined) bar.update(read, { events: counted, rate, arrival: time });
      else if (now - shown >= LINE_EVERY_MS) {
        shown = now;
        stream.write(`${read} of ${total} objects, ${counted} events, ${rate}/s, arrived up to ${time}\n`);
      }
    },
    stop: () => bar?.stop(),
  };
}
