import type { StreamEvent } from '../../shared/events/types.ts';
import { count, max, mean, share, sum, type WindowStage } from '../../shared/pipeline/index.ts';
import type { ResultValues } from '../../shared/windows/types.ts';
import { MINUTE, readingEvent, totals } from './stage.ts';

/** A stage whose results depend on all keys. */
export const manyKeysStage: WindowStage = {
  ...totals,
  values: {
    total: sum('amount'),
    events: count(),
    greatest: max('amount'),
    average: mean('amount'),
    share: share('amount'),
  },
};

export const MANY_KEYS_START = Date.UTC(2026, 0, 1);
export const MANY_KEYS_END = MANY_KEYS_START + MINUTE;

const amountOf = (index: number): number => ((index * 7_919) % 1_000) + 1;
/** Every tenth key has a second event. */
const hasSecond = (index: number): boolean => index % 10 === 0;
const SECOND = 5;

/** Of a key that {@link manyKeyEvents} makes. */
export const indexOfKey = (key: string): number => Number(key.slice(key.indexOf('-') + 1));

/** The events of the keys from `first` to before `last`, all in one window. */
export function* manyKeyEvents(first: number, last: number): Generator<StreamEvent> {
  for (let index = first; index < last; index++) {
    const time = MANY_KEYS_START + (index % MINUTE);
    yield readingEvent(`${index}`, time, `sensor-${index}`, amountOf(index));
    if (hasSecond(index)) yield readingEvent(`${index}+`, time, `sensor-${index}`, SECOND);
  }
}

/** The sum of all amounts: what shares are of. */
export function grandTotal(keys: number): number {
  let total = 0;
  for (let index = 0; index < keys; index++) total += amountOf(index) + (hasSecond(index) ? SECOND : 0);
  return total;
}

/** What the window holds for a key, by arithmetic alone. */
export function expectedValues(index: number, total: number): ResultValues {
  const amount = amountOf(index);
  const [own, events] = hasSecond(index) ? [amount + SECOND, 2] : [amount, 1];
  return {
    total: own,
    events,
    greatest: hasSecond(index) ? Math.max(amount, SECOND) : amount,
    average: own / events,
    share: own / total,
  };
}
