import { CLOCK } from './layout.ts';
import type { Machine } from './machine.ts';

/** Moves a hand of the clock, which must be started, and only forward. */
export function forwardClock(m: Machine, hand: number, to: number): void {
  const at = m.l.clock + hand;
  if (m.b[m.l.clock + CLOCK.started] === 0 || m.b[at] === to) return;
  if (m.b[at]! > to) {
    if (m.rules.clockOnlyForward) return;
    m.wrong('the clock goes back');
  }
  m.b[at] = to;
}
