import type { KnownTypes } from '../../../shared/events/known-types.ts';
import type { RejectedFilter } from '../../../shared/lake/rejected/filter.ts';
import { eventsIn, type RejectedItem } from '../../../shared/lake/rejected/item.ts';
import type { RejectedStore } from '../../../shared/lake/rejected/store.ts';
import type { Value } from '../query/answer.ts';
import { type Format, formatAnswer } from '../query/format.ts';

export const LIST_FORMATS = ['table', 'csv', 'json', 'ndjson'] as const;
export type ListFormat = (typeof LIST_FORMATS)[number];

export interface ListOptions {
  readonly format: ListFormat;
  readonly limit: number;
  /** Which ones by whether they were put back. */
  readonly state: 'pending' | 'redriven' | 'all';
}

const COLUMNS = ['name', 'arrival', 'code', 'type', 'key', 'id', 'redriven', 'reason'] as const;

/** Prints the items that are meant. */
export async function listRejected(
  store: RejectedStore,
  types: KnownTypes,
  filter: RejectedFilter,
  { format, limit, state }: ListOptions,
): Promise<void> {
  const redriven = await store.redriven(filter);
  const rows: Value[][] = [];
  let more = false;
  for await (const item of store.items(filter, types)) {
    const at = redriven.get(item.name);
    if (state !== 'all' && (at !== undefined) !== (state === 'redriven')) continue;
    if (rows.length === limit) {
      more = true;
      break;
    }
    if (format === 'ndjson') console.log(JSON.stringify(patchLine(item)));
    rows.push(row(item, types, at));
  }
  if (format !== 'ndjson') console.log(formatAnswer({ columns: COLUMNS, rows }, format satisfies Format));
  if (more) console.error(`there are more than ${limit}: see --limit`);
}

function row(item: RejectedItem, types: KnownTypes, redriven: string | undefined): Value[] {
  const [event] = eventsIn(item.bytes, types);
  const arrival = new Date(item.arrival).toISOString();
  return [
    ...[item.name, arrival, item.code],
    ...[event?.type ?? null, event?.key ?? null, event?.id ?? null, redriven ?? null, item.reason],
  ];
}

/** What a file of changes is made of: the text to be mended, or base64 where the bytes are no text. */
export function patchLine({ name, code, reason, bytes }: RejectedItem): Record<string, string> {
  const text = bytes.toString('utf8');
  const isText = Buffer.from(text).equals(bytes);
  return { name, code, reason, ...(isText ? { text } : { base64: bytes.toString('base64') }) };
}
