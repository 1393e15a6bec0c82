import { Violation } from './observer.ts';
import type { Expected, Total } from './oracle.ts';
import type { Received, Sink } from './sink.ts';
import type { ChaosStage } from './stages.ts';
import type { Attributes, Store } from './store.ts';

function fail(message: string): never {
  throw new Violation('outcome', message);
}

/**
 * Compares what left the pipeline with what was to be expected, at a moment when nothing is under way.
 *
 * @param firedUpTo - windows that end at or before this must have fired, and their latest results must be true
 * @param closedUpTo - windows whose lateness ends at or before this must have their final results
 */
export function checkResults(
  expected: Expected,
  sink: Sink,
  { once }: ChaosStage,
  firedUpTo: number,
  closedUpTo: number,
): void {
  const latest = sink.latest();
  for (const [name, total] of expected.totals) {
    const closed = total.closes <= closedUpTo;
    if (once ? closed : total.fires <= firedUpTo) checkLatest(name, total, latest.get(name), closed);
  }
  for (const [name, { final, retracted }] of latest) {
    const total = expected.totals.get(name);
    if (retracted === (total !== undefined))
      fail(`${name} ${retracted ? 'was retracted and is true' : 'is not true'}`);
    if (final && total !== undefined && total.closes > closedUpTo) fail(`${name} is final before its time`);
  }
  for (const [name, revisions] of sink.results) checkRevisions(name, [...revisions.values()]);
}

function checkLatest(name: string, total: Total, latest: Received | undefined, closed: boolean): void {
  if (latest === undefined) fail(`${name} never fired`);
  const [want, got] = [JSON.stringify(total.values), JSON.stringify(latest.values)];
  if (want !== got) fail(`${name} should be ${want} and is ${got} at revision ${latest.revision}`);
  if (closed && !latest.final) fail(`${name} was never closed`);
}

/** Values only grow, as amounts are not negative; what is emitted between first and last says something new. */
function checkRevisions(name: string, revisions: readonly Received[]): void {
  const sorted = [...revisions].sort((a, b) => a.revision - b.revision);
  for (const [index, { values, revision, final, retracted }] of sorted.entries()) {
    const before = sorted[index - 1];
    if (before === undefined) continue;
    if (before.retracted) fail(`${name} came back at revision ${revision}`);
    if (before.final) fail(`${name} has revision ${revision} after the final ${before.revision}`);
    if (retracted) continue;
    const [old, now] = [before.values, values] as Record<string, number>[];
    const shrunk = Object.keys(now!).some((value) => (now![value] ?? 0) < (old![value] ?? 0));
    if (shrunk) fail(`${name} shrank from ${JSON.stringify(old)} to ${JSON.stringify(now)} at ${revision}`);
    const same = JSON.stringify(old) === JSON.stringify(now);
    if (same && !final && revision !== 0) fail(`${name} was emitted unchanged at revision ${revision}`);
  }
}

/** Every event leaves by one door: counted, late, repeated or set aside. */
export async function checkEvents(
  expected: Expected,
  sink: Sink,
  store: Store,
  stage: string,
): Promise<void> {
  const missing = [...expected.late].filter((name) => !sink.late.has(name));
  if (missing.length > 0) fail(`late and not on the late output: ${missing}`);
  const both = [...sink.late].filter((name) => !expected.late.has(name) && !expected.mayBeLate.has(name));
  if (both.length > 0) fail(`on the late output, although counted: ${both}`);
  const [noticed, partly] = [sink.partlyLate, expected.partlyLate].map((names) => [...names].sort().join());
  if (noticed !== partly) fail(`in some windows only were ${partly}, said was ${noticed}`);
  const lost = [...expected.rejected].filter((name) => !sink.rejected.has(name));
  if (lost.length > 0) fail(`not set aside: ${lost}`);
  const good = [...sink.rejected].filter((name) => !expected.rejected.has(name));
  if (good.length > 0) fail(`set aside without reason: ${good}`);

  const heads = (await store.items(`heads#${stage}`)).filter((item) => item.sk?.S !== '!clock');
  const count = (name: string) => heads.reduce((sum, head) => sum + countOf(head, name), 0);
  const counts = {
    accepted: count('accepted'),
    notCounted: count('late') + count('duplicate'),
    rejected: count('rejected'),
  };
  const wanted = {
    accepted: expected.accepted,
    notCounted: expected.notCounted,
    rejected: expected.rejected.size,
  };
  if (JSON.stringify(counts) !== JSON.stringify(wanted)) {
    fail(`the heads say ${JSON.stringify(counts)}, sent was ${JSON.stringify(wanted)}`);
  }
}

export const countOf = (head: Attributes, name: string): number => Number(head.counts?.M?.[name]?.N ?? 0);
