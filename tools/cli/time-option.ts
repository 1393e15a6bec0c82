import { InvalidArgumentError } from 'commander';
import { parseEventTime } from '../../shared/events/time.ts';

/**
 * Reads a time of the command line: ISO 8601 with a zone, or epoch milliseconds.
 *
 * @returns epoch milliseconds
 * @throws InvalidArgumentError when it is neither
 */
export function parseTimeOption(text: string): number {
  const time = /^-?\d+$/.test(text)
    ? Number(text)
    : parseEventTime(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text);
  if (time === undefined || !Number.isSafeInteger(time)) {
    throw new InvalidArgumentError('use ISO 8601, such as 2026-03-01T12:00:00Z, or epoch milliseconds');
  }
  return time;
}
