import { claim, cut, readTails } from './claim.ts';
import { dueFirings } from './due.ts';
import { emitResults } from './emit.ts';
import { fenceStep } from './fence.ts';
import { afterView, again, knownHeads, reset } from './firing.ts';
import { CLAIMED, CLOCK, DONE, FIRER, LEDGER } from './layout.ts';
import type { Machine } from './machine.ts';
import { FIRER_PC } from './pc.ts';
import { forwardClock } from './time.ts';

/** What firer `index` can do next: one call at a time. */
export function firerSteps(m: Machine, index: number) {
  const b = m.begin();
  const f = m.l.firer(index);
  const name = `firer ${index + 1}`;
  const window = b[f + FIRER.window]!;
  const firing = m.l.firing(window);
  const end = m.c.windows[window];
  let label: string;
  switch (b[f + FIRER.pc]) {
    case FIRER_PC.idle:
      if (b[m.l.clock + CLOCK.started] === 0) return;
      return readHeads(m, f, name);
    case FIRER_PC.look:
      return readHeads(m, f, name);
    case FIRER_PC.view:
      return dueFirings(m, index, name);
    case FIRER_PC.close:
      forwardClock(m, CLOCK.closed, b[f + FIRER.closeTo]!);
      b[f + FIRER.closeTo] = 0;
      afterView(m, f);
      return m.emit(`${name} moves closed-up-to to ${b[m.l.clock + CLOCK.closed]}`);
    case FIRER_PC.claim:
      return claim(m, index, name);
    case FIRER_PC.cutHeads:
      b[f + FIRER.heads] = knownHeads(m);
      b[f + FIRER.pc] = FIRER_PC.cutTails;
      return m.emit(`${name} reads the heads`);
    case FIRER_PC.cutTails:
      readTails(m, index);
      b[f + FIRER.heads] = 0;
      b[f + FIRER.pc] = FIRER_PC.cut;
      return m.emit(`${name} reads the tails`);
    case FIRER_PC.cut:
      return cut(m, index, name);
    case FIRER_PC.emit:
      return emitResults(m, index, name);
    case FIRER_PC.done:
      if (b[firing + LEDGER.state] === CLAIMED && b[firing + LEDGER.rev] === b[f + FIRER.rev]) {
        b[firing + LEDGER.state] = DONE;
      } else if (!m.rules.doneConditional) b[firing + LEDGER.state] = DONE;
      label = `${name} says that revision ${b[f + FIRER.rev]} of the window up to ${end} is done`;
      again(m, index);
      return m.emit(label);
    default:
      return fenceStep(m, index, name);
  }
}

export function firerAccidents(m: Machine, index: number) {
  m.begin();
  if (m.s.crashes !== true || m.firerIdle(index)) return;
  reset(m, index);
  m.emit(`firer ${index + 1} dies`);
}

function readHeads(m: Machine, f: number, name: string) {
  const { b } = m;
  const clock = m.l.clock;
  b[f + FIRER.watermark] = Math.max(b[clock + CLOCK.watermark]!, b[clock + CLOCK.hinted]!);
  b[f + FIRER.fires] = Math.max(b[f + FIRER.watermark]!, b[clock + CLOCK.fires]!);
  b[f + FIRER.closed] = b[clock + CLOCK.closed]!;
  b[clock + CLOCK.hinted] = 0;
  b[f + FIRER.heads] = knownHeads(m);
  b[f + FIRER.pc] = FIRER_PC.view;
  m.emit(`${name} reads heads and clock`);
}
