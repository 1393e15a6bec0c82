import { inSlices } from './checks.ts';
import { reset } from './firing.ts';
import { CLAIMED, DONE, FIRER, LEDGER, SIGHT } from './layout.ts';
import type { Machine } from './machine.ts';
import { FIRER_PC } from './pc.ts';

export function claim(m: Machine, index: number, name: string) {
  const { b, c, l, rules } = m;
  const f = l.firer(index);
  const window = b[f + FIRER.window]!;
  const firing = l.firing(window);
  const rev = b[f + FIRER.rev]!;
  const end = c.windows[window];
  const state = b[firing + LEDGER.state];
  if (b[f + FIRER.taken] === 1) {
    if (state !== CLAIMED || b[firing + LEDGER.rev] !== rev) {
      reset(m, index);
      return m.emit(`${name} finds nothing to take over`);
    }
    if (!rules.takeoverKeepsCut) b[firing + LEDGER.hasCut] = 0;
    b[f + FIRER.pc] = FIRER_PC.cutHeads;
    return m.emit(`${name} takes revision ${rev} of the window up to ${end} over`);
  }
  const free = rev === 0 ? state === 0 : state === DONE && b[firing + LEDGER.rev] === rev - 1;
  if (rules.claimCondition && !free) {
    reset(m, index);
    return m.emit(`${name} finds revision ${rev} of the window up to ${end} claimed`);
  }
  b[firing + LEDGER.state] = CLAIMED;
  b[firing + LEDGER.rev] = rev;
  b[firing + LEDGER.final] = b[f + FIRER.final]!;
  b[firing + LEDGER.hasCut] = 0;
  for (let shard = 0; shard < c.shards; shard++) {
    b[l.cut(window, shard)] = 0;
    b[l.previousCut(window, shard)] = b[l.sight(index, shard) + SIGHT.previous]!;
  }
  b[f + FIRER.pc] = rules.cutAfterClaim ? FIRER_PC.cutHeads : FIRER_PC.cut;
  m.emit(`${name} claims ${b[f + FIRER.final] ? 'final ' : ''}revision ${rev} of the window up to ${end}`);
}

/** Every known shard's tail: its number, and where the window's slices begin. */
export function readTails(m: Machine, index: number) {
  const { b, c, l } = m;
  const f = l.firer(index);
  const slices = c.slicesOf(c.windows[b[f + FIRER.window]!]!);
  for (let shard = 0; shard < c.shards; shard++) {
    if ((b[f + FIRER.heads]! & (1 << shard)) === 0) continue;
    const n = m.last(shard);
    const sight = l.sight(index, shard);
    b[sight + SIGHT.n] = n;
    b[sight + SIGHT.first] = n === 0 ? 0 : firstOf(m, shard, n, slices & m.of(shard, n, 'open'));
  }
}

function firstOf(m: Machine, shard: number, n: number, slices: number): number {
  for (let at = 1; at <= n; at++) if (inSlices(m, m.of(shard, at, 'counted'), slices) !== 0) return at;
  return 0;
}

export function cut(m: Machine, index: number, name: string) {
  const { b, c, l } = m;
  const f = l.firer(index);
  const window = b[f + FIRER.window]!;
  const firing = l.firing(window);
  const claimed = b[firing + LEDGER.state] === CLAIMED && b[firing + LEDGER.rev] === b[f + FIRER.rev];
  const taken = b[f + FIRER.taken] === 1 && b[firing + LEDGER.hasCut] === 1;
  if (!claimed && (m.rules.confirmTakeover || b[f + FIRER.taken] === 0)) {
    reset(m, index);
    return m.emit(`${name} finds that the revision is over`);
  }
  if (claimed && (b[firing + LEDGER.hasCut] === 0 || !m.rules.cutOnce)) {
    b[firing + LEDGER.hasCut] = 1;
    for (let shard = 0; shard < c.shards; shard++)
      b[l.cut(window, shard)] = b[l.sight(index, shard) + SIGHT.n]!;
  }
  for (let shard = 0; shard < c.shards; shard++) {
    b[l.sight(index, shard) + SIGHT.n] = b[l.cut(window, shard)]!;
    b[l.sight(index, shard) + SIGHT.previous] = b[l.previousCut(window, shard)]!;
  }
  b[f + FIRER.pc] = FIRER_PC.emit;
  m.emit(taken ? `${name} keeps the cut that is there` : `${name} sets the cut`);
}
