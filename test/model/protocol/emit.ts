import { checkEmission, inSlices } from './checks.ts';
import { FIRER, SIGHT } from './layout.ts';
import type { Machine } from './machine.ts';
import { FIRER_PC } from './pc.ts';

/** The events of a window at a cut, from the commits that belong to it. */
function merge(m: Machine, index: number, bound: number): number {
  const { b, c, l } = m;
  const end = c.windows[b[l.firer(index) + FIRER.window]!]!;
  let records = 0;
  for (let shard = 0; shard < c.shards; shard++) {
    const sight = l.sight(index, shard);
    const first = b[sight + SIGHT.first]!;
    if (first === 0) continue;
    for (let n = first; n <= b[sight + bound]!; n++) {
      if (m.rules.lateCommitsStayOut && m.of(shard, n, 'w') >= c.windowCloses(end)) continue;
      records |= m.of(shard, n, 'counted');
    }
  }
  return m.idsOf(inSlices(m, records, c.slicesOf(end)));
}

export function emitResults(m: Machine, index: number, name: string) {
  const { b, l } = m;
  const f = l.firer(index);
  const rev = b[f + FIRER.rev]!;
  const final = b[f + FIRER.final] === 1;
  const window = b[f + FIRER.window]!;
  const ids = merge(m, index, SIGHT.n);
  const same = rev > 0 && !final && merge(m, index, SIGHT.previous) === ids;
  // A result is emitted per key that the merge found: of nothing, there is none.
  if (!same && ids !== 0) checkEmission(m, window, rev, ids, final);
  for (let shard = 0; shard < m.c.shards; shard++)
    b.fill(0, l.sight(index, shard), l.sight(index, shard) + 3);
  b[f + FIRER.pc] = FIRER_PC.done;
  m.emit(`${name} emits revision ${rev} of the window up to ${m.c.windows[window]}: ${names(m, ids)}`);
}

const names = (m: Machine, ids: number): string =>
  `{${m.c.idNames.filter((_, id) => ids & (1 << id)).join(' ')}}`;
