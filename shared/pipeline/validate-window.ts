import { formatDuration } from './duration.ts';
import type { Early } from './emission.ts';
import type { WindowStage } from './stage.ts';
import type { Session, WindowSpec } from './window-spec.ts';
import { longestDelay, longestWindow, overlapOf, sliceLength } from './window-times.ts';

/** Every commit lists the slices that are open. So many take over half of one in the worst case, that all are touched at any time. */
const MAX_OPEN_SLICES = 50_000;
/** A day by minute is 1,440: every one of them is a firing of its own, and reads all of its slices. */
const MAX_OVERLAP = 1_500;
/** Each is a firing that reads the whole window so far. */
const MAX_TICKS = 1_500;
/** Sessions are looked for whenever so much event time has passed. */
const MAX_PARTS = 100;
const UNITS: readonly string[] = ['hour', 'day', 'week', 'month'];

/** What is wrong with a stage's windows, and the fix. */
export function* checkWindow(stage: WindowStage, at: string): Generator<string> {
  const { window, emit } = stage;
  const problems = [...checkLengths(window, at)];
  yield* problems;
  if (problems.length > 0) return;
  const longest = longestWindow(window);
  const slice = sliceLength(window);
  const overlap = overlapOf(window);
  if (overlap > MAX_OVERLAP) {
    const name = window.kind === 'hopping' ? 'slide' : 'step';
    const least = formatDuration(Math.ceil(longest / MAX_OVERLAP));
    yield `${at}: an event would belong to ${overlap} windows, over ${MAX_OVERLAP}: make the ${name} at least ${least}`;
  }
  if (window.kind === 'session') yield* checkSessionStage(stage, at);
  else if (emit.kind === 'early') yield* checkEarly(emit, longest, at);
  if (longestDelay(stage) / slice > MAX_OPEN_SLICES) {
    yield `${at} would keep over ${MAX_OPEN_SLICES} slices open: shorten outOfOrderness, allowedLateness or how far events may be ahead, or lengthen the window`;
  }
}

function* checkEarly({ every }: Early, longest: number, at: string): Generator<string> {
  if (every <= 0 || every >= longest) {
    yield `${at}: it emits early every ${every} ms: use a duration below the window's ${formatDuration(longest)}`;
  } else if (longest / every > MAX_TICKS) {
    const least = formatDuration(Math.ceil(longest / MAX_TICKS));
    yield `${at}: it would emit a window early ${Math.floor(longest / every)} times, over ${MAX_TICKS}: use at least ${least}`;
  }
}

function* checkLengths(window: WindowSpec, at: string): Generator<string> {
  if (window.kind === 'calendar') {
    if (!UNITS.includes(window.unit))
      yield `${at}: its window is a "${window.unit}": use ${UNITS.join(', ')}`;
    if (!isTimeZone(window.timeZone)) {
      yield `${at}: "${window.timeZone}" is not a time zone: use a name of the IANA database, such as "Europe/Berlin" or "UTC"`;
    }
    return;
  }
  if (window.kind === 'session') {
    yield* checkSession(window, at);
    return;
  }
  const { size, offset } = window;
  if (size <= 0) yield `${at}: its window is ${size} ms long: use a positive duration`;
  const [name, period] = periodOf(window);
  if (name !== 'size' && period <= 0)
    yield `${at}: the ${name} of its window is ${period} ms: use a positive duration`;
  if (size <= 0 || period <= 0) return;
  if (window.kind === 'cumulative' && size % period !== 0) {
    yield `${at}: its window grows to ${size} ms by steps of ${period} ms: use a size that is a multiple of the step`;
  }
  const [limit, every] = window.kind === 'cumulative' ? (['size', size] as const) : ([name, period] as const);
  if (offset >= every)
    yield `${at}: the offset of its window is not below its ${limit}: use offset % ${limit}`;
}

function* checkSessionStage({ emit, values }: WindowStage, at: string): Generator<string> {
  if (emit.kind === 'early') {
    yield `${at}: it would emit sessions early, whose end nobody knows before: use onTime() or final()`;
  }
  for (const [name, aggregate] of Object.entries(values)) {
    if (aggregate.kind === 'share') {
      yield `${at}: value "${name}" is a share of a total, and no two sessions are of the same time: use another kind of window`;
    }
  }
}

function* checkSession({ gap, resolution }: Session, at: string): Generator<string> {
  if (gap <= 0) yield `${at}: the gap of its sessions is ${gap} ms: use a positive duration`;
  else if (resolution <= 0 || gap % resolution !== 0 || gap / resolution > MAX_PARTS) {
    yield `${at}: the gap of its sessions, ${gap} ms, is no whole number of its resolution, ${resolution} ms, ` +
      `up to ${MAX_PARTS}: use a part of the gap`;
  }
}

function periodOf(
  window: Exclude<WindowSpec, { kind: 'calendar' | 'session' }>,
): readonly [name: string, ms: number] {
  switch (window.kind) {
    case 'tumbling':
      return ['size', window.size];
    case 'hopping':
      return ['slide', window.slide];
    case 'cumulative':
      return ['step', window.step];
  }
}

/** Offsets such as `+01:00`, which newer runtimes take for time zones and older ones do not, are refused. */
function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: name });
    return /^[A-Za-z]/.test(name);
  } catch {
    return false;
  }
}
