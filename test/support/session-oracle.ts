/** A session as its definition has it: from the first event to a gap after the last one. */
export interface OracleSession {
  readonly key: string;
  readonly start: number;
  readonly end: number;
  readonly events: number;
  readonly total: number;
}

/** Sessions the slow and obvious way: sorts the events of a key and cuts where two neighbours lie further apart than the gap. */
export function expectedSessions(
  events: Iterable<{ readonly key: string; readonly time: number; readonly amount: number }>,
  gap: number,
): OracleSession[] {
  const byKey = new Map<string, { time: number; amount: number }[]>();
  for (const { key, time, amount } of events) {
    const own = byKey.get(key) ?? [];
    byKey.set(key, own);
    own.push({ time, amount });
  }
  const sessions: OracleSession[] = [];
  for (const [key, own] of byKey) {
    own.sort((a, b) => a.time - b.time);
    let from = 0;
    for (let at = 1; at <= own.length; at++) {
      const [last, next] = [own[at - 1]!, own[at]];
      if (next !== undefined && next.time <= last.time + gap) continue;
      const part = own.slice(from, at);
      const total = part.reduce((sum, { amount }) => sum + amount, 0);
      sessions.push({ key, start: part[0]!.time, end: last.time + gap, events: part.length, total });
      from = at;
    }
  }
  return sessions;
}
