import type { ResultValue, ResultValues } from '../windows/types.ts';
import type { AuditedValue } from './aggregates-sql.ts';
import { isSame } from './compare-values.ts';
import type { Row } from './recomputed-row.ts';

/** Something that was emitted and should not have been so. */
export interface Difference {
  readonly key: string;
  /** Epoch milliseconds. */
  readonly start: number;
  readonly end: number;
  /** `missing`: nothing final was emitted; `unexpected`: what was emitted has no events; `value`: one value is another. */
  readonly kind: 'missing' | 'unexpected' | 'value';
  /** Name of the value, where one differs. */
  readonly value: string | null;
  readonly expected: unknown;
  readonly emitted: unknown;
  readonly revision: number | null;
}

/** What an audit has come to; counted are pairs of key and window. */
export interface Report {
  /** Final ones, compared. */
  compared: number;
  equal: number;
  /** Nothing final yet, as the windows can still change: no differences, whatever they hold. */
  open: number;
  /** Of these, the ones that hold what the lake has so far. */
  openEqual: number;
  /** Number of differences; the list may be shorter. */
  differing: number;
  readonly differences: Difference[];
}

/** How rows are judged. */
export interface Judgement {
  readonly values: readonly AuditedValue[];
  /** Names of values that are in the row's column `own`. */
  readonly own: readonly string[];
  /** End of the last window of which something is final, epoch milliseconds: whatever ends up to there is closed. */
  readonly closedUpTo: number;
  /** How many differences are kept. */
  readonly limit: number;
}

export const newReport = (): Report => ({
  compared: 0,
  equal: 0,
  open: 0,
  openEqual: 0,
  differing: 0,
  differences: [],
});

/** Judges a row of an audit and counts it in. */
export function judgeRow(row: Row, judgement: Judgement, report: Report): void {
  const place = { key: String(row.k), start: Number(row.ws), end: Number(row.we) };
  const revision = row.revision === null ? null : Number(row.revision);
  const found = [...differencesOf(row, judgement)].map((one): Difference => ({ ...place, revision, ...one }));
  const isClosed = row.final === true || (row.data === null && place.end <= judgement.closedUpTo);
  if (!isClosed) {
    report.open++;
    if (found.length === 0) report.openEqual++;
    return;
  }
  report.compared++;
  if (found.length === 0) report.equal++;
  report.differing += found.length;
  report.differences.push(...found.slice(0, Math.max(0, judgement.limit - report.differences.length)));
}

type Finding = Pick<Difference, 'kind' | 'value' | 'expected' | 'emitted'>;

function* differencesOf(row: Row, { values, own }: Judgement): Generator<Finding> {
  const emitted = row.data === null ? undefined : (JSON.parse(String(row.data)) as ResultValues);
  if (emitted === undefined) {
    yield { kind: 'missing', value: null, expected: `${row.events} events`, emitted: null };
    return;
  }
  if (row.events === null) {
    yield { kind: 'unexpected', value: null, expected: null, emitted };
    return;
  }
  for (const audited of values) {
    const got: ResultValue | undefined = emitted[audited.name];
    const { equal, expected } = audited.judge(row, got);
    if (!equal) yield { kind: 'value', value: audited.name, expected, emitted: got };
  }
  const computed = typeof row.own === 'string' ? (JSON.parse(row.own) as Record<string, unknown>) : {};
  for (const name of own) {
    if (!isSame(computed[name], emitted[name])) {
      yield { kind: 'value', value: name, expected: computed[name], emitted: emitted[name] };
    }
  }
}
