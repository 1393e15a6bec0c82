import { InvalidArgumentError } from 'commander';
import { type Duration, durationMs } from '../../../shared/pipeline/duration.ts';
import type { Start } from './follow-shard.ts';

/** Reads `--from`: `latest`, `oldest`, a date-time, or a duration before now such as `10 minutes`. */
export function parseStart(text: string, now = Date.now()): Start {
  if (text === 'latest' || text === 'oldest') return text;
  const time = Date.parse(text);
  if (/^\d{4}-/.test(text) && !Number.isNaN(time)) return { arrival: time };
  try {
    return { arrival: now - durationMs(text as Duration) };
  } catch {
    throw new InvalidArgumentError(
      'Use latest, oldest, a date-time (2026-01-31T12:00:00Z) or a time ago such as "10 minutes".',
    );
  }
}
