import type { KnownTypes } from '../../events/known-types.ts';
import { eventsIn, partsOfName, type RejectedItem } from './item.ts';

/** Which items are meant; what is not said excludes nothing. */
export interface RejectedFilter {
  readonly stage?: string;
  readonly code?: string;
  /** Part of the reason, in any case. */
  readonly reason?: string;
  /** Event type. What cannot be decoded is of no type. */
  readonly type?: string;
  /** Arrival, epoch milliseconds: from one instant on, up to but not including another. */
  readonly from?: number;
  readonly to?: number;
}

const DAY_MS = 86_400_000;

/** Whether an item of this name can be meant: spares fetching most of those that are not. */
export function mayMatch({ stage, from, to }: RejectedFilter, name: string): boolean {
  const parts = partsOfName(name);
  if (parts === undefined) return false;
  const day = Date.parse(parts.day);
  if (stage !== undefined && parts.stage !== stage) return false;
  return (from === undefined || day + DAY_MS > from) && (to === undefined || day < to);
}

/** Whether an item is meant. */
export function matches(filter: RejectedFilter, item: RejectedItem, types: KnownTypes): boolean {
  const { code, reason, type, from, to } = filter;
  if (!mayMatch(filter, item.name)) return false;
  if (code !== undefined && item.code !== code) return false;
  if (reason !== undefined && !item.reason.toLowerCase().includes(reason.toLowerCase())) return false;
  if (from !== undefined && item.arrival < from) return false;
  if (to !== undefined && item.arrival >= to) return false;
  return type === undefined || eventsIn(item.bytes, types).some((event) => event.type === type);
}
