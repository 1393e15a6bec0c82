import { FIRER, HEAD } from './layout.ts';
import type { Machine } from './machine.ts';
import { FIRER_PC } from './pc.ts';

export function reset(m: Machine, index: number) {
  m.b.fill(0, m.l.firer(index), m.l.firer(index) + m.l.firerBytes);
}

/** The same invocation looks for more to fire; it knows up to where it has fenced. */
export function again(m: Machine, index: number) {
  const f = m.l.firer(index);
  const fenced = m.b[f + FIRER.fenced]!;
  reset(m, index);
  m.b[f + FIRER.fenced] = fenced;
  // Without a closing, the next look is no different from a new invocation.
  if (fenced > 0) m.b[f + FIRER.pc] = FIRER_PC.look;
}

export function knownHeads(m: Machine): number {
  let mask = 0;
  for (let shard = 0; shard < m.c.shards; shard++)
    if (m.b[m.l.head(shard) + HEAD.known] === 1) mask |= 1 << shard;
  return mask;
}

/** After the view: nothing to do, or the closing's fences, or the claim. */
export function afterView(m: Machine, f: number) {
  const { b } = m;
  // What is not needed any more is forgotten: states that differ in nothing else are one.
  b[f + FIRER.heads] = 0;
  b[f + FIRER.fires] = 0;
  b[f + FIRER.closed] = 0;
  if (b[f + FIRER.closeTo] !== 0) b[f + FIRER.pc] = FIRER_PC.close;
  else if (b[f + FIRER.todo] === 0) b.fill(0, f, f + m.l.firerBytes);
  else {
    b[f + FIRER.todo] = 0;
    const closing = b[f + FIRER.final] === 1 && b[f + FIRER.taken] === 0;
    b[f + FIRER.pc] = closing && m.rules.fence ? FIRER_PC.fenceHeads : FIRER_PC.claim;
    if (closing) b[f + FIRER.fenced] = b[f + FIRER.watermark]!;
    if (b[f + FIRER.pc] === FIRER_PC.claim) b[f + FIRER.watermark] = 0;
  }
}
