import type { Session } from '../pipeline/index.ts';
import { resultWriter, windowId } from '../results/result.ts';
import { sliceOfUnit } from '../windows/session.ts';
import type { Span } from '../windows/types.ts';
import { boundaryOf } from './carry.ts';
import type { EmittedResult, GroupResults } from './fire-outputs.ts';
import type { Cut } from './ledger.ts';
import type { CutFiring } from './merge.ts';
import { readSessions, type SessionView } from './session-view.ts';
import type { StageContext } from './stage-context.ts';
import type { ShardView } from './stage-view.ts';
import { touchesOf } from './touches.ts';

/** A unit of sessions with what it holds now and, where it has fired before, then. */
interface ReadUnit {
  readonly firing: CutFiring;
  readonly current: SessionView;
  readonly previous: SessionView | undefined;
}

/** Where to read the sessions of a stage from. */
export interface OpenSessions {
  readonly session: Session;
  /** The first slice that is open. */
  readonly from: number;
}

/** Where the sessions of a stage are to be read from as of now; `undefined` where its windows are not sessions. */
export async function sessionsFrom({ compiled, clock }: StageContext): Promise<OpenSessions | undefined> {
  const { session } = compiled;
  if (session === undefined) return undefined;
  const closed = (await clock.read())?.closedUpTo ?? Number.NEGATIVE_INFINITY;
  return { session, from: boundaryOf(compiled, session, closed) };
}

/**
 * Reads units of sessions at their cuts, and says what they emit: all of their sessions at first and at last, in between those that
 * are new or have changed. Sessions that a unit had at its previous cut and has no more, because late events have lengthened them or
 * joined them to others, are retracted; what replaces them says so.
 */
export async function fireSessions(
  context: StageContext,
  { session, from }: OpenSessions,
  firings: readonly CutFiring[],
  shards: readonly ShardView[],
): Promise<GroupResults> {
  if (firings.length === 0) return { keys: 0, results: [] };
  const isTouched = touchesOf(context.compiled, shards);
  const cuts = new Map<string, { readonly cut: Cut; readonly index: number }>();
  const viewOf = (cut: Cut): number => {
    const name = JSON.stringify([...cut].sort());
    const known = cuts.get(name) ?? { cut, index: cuts.size };
    cuts.set(name, known);
    return known.index;
  };
  const planned = firings.map((firing) => {
    const { revision, cut, previousCut } = firing.firing;
    const current = viewOf(cut);
    if (revision <= 0) return { firing, current, previous: undefined };
    // Where nothing has come since, both cuts show the same.
    return {
      firing,
      current,
      previous: isTouched(firing.window, previousCut) ? viewOf(previousCut) : current,
    };
  });
  const range = { from, upTo: Math.max(...firings.map(({ window }) => window.end)) };
  const wanted = [...cuts.values()].map(({ cut }) => cut);
  const views = await readSessions(context, session, wanted, shards, range);
  const units = planned.map(({ firing, current, previous }) => ({
    firing,
    current: views[current] as SessionView,
    previous: previous === undefined ? undefined : views[previous],
  }));
  return {
    keys: units.reduce(
      (sum, { firing, current }) => sum + current.endingIn(sliceOfUnit(firing.window, session)).length,
      0,
    ),
    results: units.map((unit) => resultsOfUnit(context, session, unit)),
  };
}

function* resultsOfUnit(
  context: StageContext,
  session: Session,
  { firing: { window, firing }, current, previous }: ReadUnit,
): Generator<EmittedResult> {
  const { name: stage, pipeline } = context;
  const { revision, final } = firing;
  const slice = sliceOfUnit(window, session);
  const before = new Map(previous?.endingIn(slice).map((span) => [nameOf(span), span]));
  const write = (span: Span, retracted?: true) =>
    resultWriter({
      pipeline,
      stage,
      revision,
      final,
      retracted,
      start: span.start,
      end: span.last + session.gap,
    });
  for (const span of current.endingIn(slice)) {
    const name = nameOf(span);
    const values = current.chains.valuesOf(span);
    const known = before.get(name);
    before.delete(name);
    if (known === undefined) {
      const replaced = previous?.within(span) ?? [];
      const ids = replaced.map(({ key, start, last }) =>
        windowId({ stage, key, start, end: last + session.gap }),
      );
      yield { key: span.key, event: write(span)(span.key, values, ids) };
    } else if (final || JSON.stringify(previous?.chains.valuesOf(known)) !== JSON.stringify(values)) {
      yield { key: span.key, event: write(span)(span.key, values) };
    }
  }
  for (const span of before.values()) yield { key: span.key, event: write(span, true)(span.key, {}) };
}

const nameOf = ({ key, start, last }: Span): string => `${start} ${last} ${key}`;
