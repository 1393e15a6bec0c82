import type { WindowResult } from '../../shared/results/result.ts';
import type { Observed } from './algebra.ts';
import type { Emission } from './transcript.ts';

const iso = (time: number): string => new Date(time).toISOString();
const interval = (start: number, end: number): string => `[${iso(start)}, ${iso(end)})`;

/** Everything of an emission but its values, as text that sorts by the window's end. */
export function describeEmission(emission: Omit<Emission, 'values'>): string {
  const { key, start, end, revision, final, retracted = false, replaces = [] } = emission;
  const replaced = replaces.map(([from, to]) => interval(from, to)).sort();
  return [
    `${iso(end)}: ${key} ${interval(start, end)} r${revision}`,
    ...(final ? ['final'] : []),
    ...(retracted ? ['retracted'] : []),
    ...(replaced.length > 0 ? ['replacing', ...replaced] : []),
  ].join(' ');
}

/** A result as transcripts write it: of what it replaces, the bounds alone. */
export function emissionOf({ retracts = [], ...result }: WindowResult): Observed['emits'][number] {
  const replaces = retracts.map((id): [number, number] => {
    const [end, start] = id.split('/').reverse();
    return [Number(start), Number(end)];
  });
  return { ...result, replaces };
}
