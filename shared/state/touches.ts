import { changesUnit } from '../windows/session.ts';
import type { Window } from '../windows/types.ts';
import type { CompiledStage } from './compiled-stage.ts';
import type { Cut } from './ledger.ts';
import type { ShardView } from './stage-view.ts';

/** Whether some shard has committed to a slice that a window is made of, or that may change it, beyond a cut. */
export type IsTouched = (window: Window, cut: Cut | undefined) => boolean;

export function touchesOf({ plan, session }: CompiledStage, shards: readonly ShardView[]): IsTouched {
  if (session !== undefined) return sessionTouches(shards);
  return (window, cut) => {
    const slices = plan.windows.slicesOf(window);
    return shards.some(({ shard, tail }) => {
      const upTo = cut?.get(shard) ?? 0;
      return slices.some((slice) => (tail.open.get(slice)?.[1] ?? 0) > upTo);
    });
  };
}

/** Of a unit of sessions every slice up to its end counts: of each shard, therefore, the highest last commit among those before. */
function sessionTouches(shards: readonly ShardView[]): IsTouched {
  const touches = shards.map(({ shard, tail }) => {
    const slices = [...tail.open].map(([slice, [, last]]) => ({ slice, last })).sort(bySlice);
    let highest = 0;
    return {
      shard,
      highest: slices.map(({ slice, last }) => {
        highest = Math.max(highest, last);
        return { slice, last: highest };
      }),
    };
  });
  return (unit, cut) =>
    touches.some(({ shard, highest }) => {
      const touch = highest.findLast(({ slice }) => changesUnit(slice, unit));
      return touch !== undefined && touch.last > (cut?.get(shard) ?? 0);
    });
}

const bySlice = (a: { readonly slice: number }, b: { readonly slice: number }): number => a.slice - b.slice;
