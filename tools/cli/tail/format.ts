import { colors as pc } from '../../colors.ts';
import { harmless } from '../../local/view/render.ts';
import type { Item } from './decode.ts';

/** How events are printed. */
export const FORMATS = ['pretty', 'json'] as const;
export type Format = (typeof FORMATS)[number];

/** Bytes of what is no event that a line for people shows. */
const SHOWN_BYTES = 80;

/** One item as one line. */
export const formatItem = (item: Item, format: Format, withStream: boolean): string =>
  format === 'json' ? json(item) : pretty(item, withStream);

/** Everything that is known, for programs; times are ISO 8601 UTC, bytes base64. */
function json({ content, arrival, ...place }: Item): string {
  const arrived = { ...place, arrival: arrival === undefined ? null : iso(arrival) };
  if ('reason' in content) {
    const bytes = Buffer.from(content.bytes).toString('base64');
    return JSON.stringify({ ...arrived, undecodable: content.reason, bytes });
  }
  const { id, type, source, time, key, data, extra } = content;
  return JSON.stringify({ ...arrived, id, type, source, time: iso(time), key, data, ...extra });
}

function pretty({ stream, shard, sequence, content }: Item, withStream: boolean): string {
  const where = withStream ? `${pc.dim(harmless(stream))}  ` : '';
  if ('reason' in content) {
    const text = harmless(Buffer.from(content.bytes.subarray(0, SHOWN_BYTES)).toString());
    return `${where}${pc.red(`not an event (${content.reason})`)}  ${shard}/${sequence}  ${text}`;
  }
  const { id, time, type, key, data } = content;
  const result = resultOf(data);
  const rest =
    result === undefined
      ? `${harmless(JSON.stringify(data))}  ${pc.dim(harmless(id))}`
      : `${harmless(`${result.start}/${result.end}`)}  ${pc.dim(markOf(result))}  ${harmless(JSON.stringify(result.values))}`;
  return `${where}${pc.dim(iso(time))}  ${pc.cyan(harmless(type))}  ${pc.bold(harmless(key))}  ${rest}`;
}

interface Result {
  readonly start: string;
  readonly end: string;
  readonly revision: number;
  readonly final: boolean;
  readonly retracted?: boolean;
  readonly values: unknown;
}

/** The data as a window's result, if it is one. */
function resultOf(data: unknown): Result | undefined {
  if (typeof data !== 'object' || data === null) return undefined;
  const { start, end, revision, final, values } = data as Partial<Result>;
  const isResult =
    typeof start === 'string' &&
    typeof end === 'string' &&
    typeof revision === 'number' &&
    typeof final === 'boolean' &&
    typeof values === 'object';
  return isResult ? (data as Result) : undefined;
}

const markOf = ({ revision, final, retracted }: Result): string =>
  [`r${revision}`, ...(final ? ['final'] : []), ...(retracted === true ? ['retracted'] : [])].join(' ');

const iso = (time: number): string => new Date(time).toISOString();
