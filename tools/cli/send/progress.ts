import { SingleBar } from 'cli-progress';
import type { Progress } from './send.ts';
import type { Source } from './source.ts';

/** Shows how far sending has come. */
export interface ProgressView {
  update(progress: Progress): void;
  /** Says something that has to stay readable. */
  note(text: string): void;
  stop(): void;
}

const LINE_EVERY_MS = 10_000;

/** A bar on a terminal, elsewhere a line now and then. */
export function showProgress(source: Source, stream: NodeJS.WriteStream = process.stderr): ProgressView {
  return stream.isTTY ? bar(source, stream) : lines(source, stream);
}

const began = () => {
  const start = performance.now();
  return () => (performance.now() - start) / 1000;
};

const rate = (progress: Progress, seconds: number): string =>
  `${Math.round((progress.accepted + progress.rejected) / Math.max(seconds, 0.001)).toLocaleString('en')}/s`;

function bar(source: Source, stream: NodeJS.WriteStream): ProgressView {
  const seconds = began();
  const known = source.size !== undefined && source.size > 0;
  const view = new SingleBar({
    format: known
      ? '{bar} {percentage}% | {events} events | {rate} | {rejected} rejected | {eta_formatted} left'
      : '{events} events | {rate} | {rejected} rejected',
    stream,
    hideCursor: true,
    fps: 5,
    barsize: 30,
  });
  view.start(source.size ?? 1, 0, { events: '0', rate: '', rejected: 0 });
  return {
    update: (progress) => {
      view.update(source.bytesRead(), {
        events: (progress.accepted + progress.rejected).toLocaleString('en'),
        rate: rate(progress, seconds()),
        rejected: progress.rejected,
      });
    },
    note: (text) => stream.write(`\r\x1b[K${text}\n`),
    stop: () => view.stop(),
  };
}

function lines(source: Source, stream: NodeJS.WriteStream): ProgressView {
  const seconds = began();
  let last = 0;
  return {
    update: (progress) => {
      const now = seconds();
      if ((now - last) * 1000 < LINE_EVERY_MS) return;
      last = now;
      const part = source.size ? ` ${Math.floor((source.bytesRead() / source.size) * 100)}%` : '';
      const events = (progress.accepted + progress.rejected).toLocaleString('en');
      stream.write(`${source.name}:${part} ${events} events, ${rate(progress, now)}\n`);
    },
    note: (text) => stream.write(`${text}\n`),
    stop: () => {},
  };
}
