import type { Session } from '../pipeline/index.ts';
import { SessionChains } from '../windows/session-chains.ts';
import type { Span, WindowMerge } from '../windows/types.ts';
import type { Cut } from './ledger.ts';
import { type Demand, readSlices } from './slice-reader.ts';
import type { StageContext } from './stage-context.ts';
import type { ShardView } from './stage-view.ts';

/** The sessions of a stage as of one cut: those that the open slices, and what was carried over to them, hold. */
export class SessionView {
  readonly #context: StageContext;
  readonly #cut: Cut;
  readonly #slices = new Map<number, WindowMerge>();
  readonly #chains: SessionChains;
  #bySlice: ReadonlyMap<number, readonly Span[]> | undefined;
  #byKey: ReadonlyMap<string, readonly Span[]> | undefined;

  constructor(context: StageContext, { gap }: Session, cut: Cut) {
    this.#context = context;
    this.#cut = cut;
    this.#chains = new SessionChains(gap, context.compiled.plan.createMerge());
  }

  cutOf(shard: string): number {
    return this.#cut.get(shard) ?? 0;
  }

  /** The partials of a slice, to be added to. */
  slice(slice: number): WindowMerge {
    let merge = this.#slices.get(slice);
    if (merge === undefined) {
      merge = this.#context.compiled.plan.createMerge();
      this.#slices.set(slice, merge);
    }
    return merge;
  }

  /** Chains what was read. */
  chain(carried: WindowMerge): void {
    this.#chains.add(carried);
    for (const [, partials] of [...this.#slices].sort(([a], [b]) => a - b)) this.#chains.add(partials);
    this.#slices.clear();
  }

  /** The sessions whose last event lies in a slice. */
  endingIn(slice: number): readonly Span[] {
    const { sliceOf } = this.#context.compiled.plan.windows;
    this.#bySlice ??= groupBy(this.#chains.sessions, ({ last }) => sliceOf(last));
    return this.#bySlice.get(slice) ?? [];
  }

  /** The sessions that lie within a span of their key. */
  within({ key, start, last }: Span): readonly Span[] {
    this.#byKey ??= groupBy(this.#chains.sessions, (session) => session.key);
    return (this.#byKey.get(key) ?? []).filter((one) => one.start >= start && one.last <= last);
  }

  get chains(): SessionChains {
    return this.#chains;
  }
}

/**
 * Reads the sessions of a stage as of some cuts, as far as they lie in the slices of a range: from the first one that is open, as the
 * clock said after the shards' tails had been read. All cuts include whatever was committed to the slices before it: see
 * closing.ts.
 */
export async function readSessions(
  context: StageContext,
  session: Session,
  cuts: readonly Cut[],
  shards: readonly ShardView[],
  { from, upTo }: { readonly from: number; readonly upTo: number },
): Promise<SessionView[]> {
  const { plan } = context.compiled;
  const views = cuts.map((cut) => new SessionView(context, session, cut));
  for (const { shard, tail } of shards) {
    const ends = views.map((view) => view.cutOf(shard));
    const demand: Demand = {
      until: Math.max(...ends),
      limit: Math.min(...ends),
      closes: Number.POSITIVE_INFINITY,
      compacted: false,
    };
    const slices = [...tail.open.keys()].filter((slice) => slice >= from && slice < upTo);
    const demands = new Map(slices.map((slice) => [slice, demand]));
    for await (const { slice, n, delta } of readSlices(context, shard, tail.open, demands)) {
      for (const view of views) if (n <= view.cutOf(shard)) delta.mergeInto(slice, view.slice(slice));
    }
  }
  const chunks = await context.carries.read(from);
  for (const view of views) {
    // Decoded for each: merging may keep and change partials that are objects.
    const carried = plan.createMerge();
    for (const chunk of chunks) plan.read(chunk).mergeInto(from, carried);
    view.chain(carried);
  }
  return views;
}

function groupBy<K, T>(items: Iterable<T>, keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}
