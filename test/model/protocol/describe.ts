import { CLAIMED, CLOCK, DONE, FENCE, FIRER, GHOST, HEAD, LEDGER, SOURCE, WRITER } from './layout.ts';
import type { Machine } from './machine.ts';

/** What a reader of a trace wants to see of a state; lines that do not change are not printed again. */
export function describeState(m: Machine): string[] {
  const { b, c, l } = m;
  const lines: string[] = [];
  for (let shard = 0; shard < c.shards; shard++) lines.push(...describeShard(m, shard));
  const [watermark, fires, closed] = [CLOCK.watermark, CLOCK.fires, CLOCK.closed].map(
    (hand) => b[l.clock + hand],
  );
  lines.push(`clock: watermark ${watermark}, fires up to ${fires}, closed up to ${closed}`);
  for (let window = 0; window < c.windows.length; window++) lines.push(...describeFiring(m, window));
  if (b[l.ghost + GHOST.emitted] !== 0) lines.push(`late output: ${records(m, b[l.ghost + GHOST.emitted]!)}`);
  return lines.concat(describeProcesses(m));
}

function describeShard(m: Machine, shard: number): string[] {
  const { b, c, l } = m;
  const { name } = m.s.shards[shard]!;
  const lines: string[] = [];
  const source = l.source(shard);
  if (b[source + SOURCE.exists] === 0) return [];
  const first = c.first[shard]!;
  const stream = Array.from({ length: b[source + SOURCE.arrived]! }, (_, at) => record(m, first + at));
  const closed = b[source + SOURCE.closed] === 1 ? ' closed' : '';
  lines.push(`stream ${name}: ${stream.join(' ')}${closed}, checkpoint ${b[source + SOURCE.checkpoint]}`);
  const items = [];
  for (let n = 1; n <= m.s.commits; n++) {
    const kind = m.of(shard, n, 'kind');
    if (kind === 0) continue;
    const counted = m.of(shard, n, 'counted');
    const late = m.of(shard, n, 'late');
    const what =
      kind === FENCE ? 'fence' : records(m, counted) + (late === 0 ? '' : ` late ${records(m, late)}`);
    items.push(`#${n} ${what} to=${m.of(shard, n, 'to')} w=${m.of(shard, n, 'w')}`);
  }
  if (items.length > 0) lines.push(`log ${name}: ${items.join(' | ')}`);
  const head = l.head(shard);
  if (b[head + HEAD.known] === 1) {
    const retired = b[head + HEAD.retired] === 1 ? ', retired' : '';
    lines.push(`head ${name}: n=${b[head + HEAD.n]}, time ${b[head + HEAD.max]}${retired}`);
  }
  return lines;
}

function describeFiring(m: Machine, window: number): string[] {
  const { b, c, l } = m;
  const firing = l.firing(window);
  const state = b[firing + LEDGER.state];
  if (state === 0) return [];
  const cut = m.s.shards.map(({ name }, shard) => `${name}:${b[l.cut(window, shard)]}`).join(' ');
  const word = state === DONE ? 'done' : state === CLAIMED ? 'claimed' : '';
  const final = b[firing + LEDGER.final] === 1 ? ' final' : '';
  const emitted = [];
  for (let rev = 0; rev < 6; rev++) {
    if (b[firing + LEDGER.emitted]! & (1 << rev))
      emitted.push(`${rev}=${ids(m, b[l.content(window, rev)]!)}`);
  }
  const at = b[firing + LEDGER.hasCut] === 1 ? ` cut ${cut}` : '';
  const window_ = `window up to ${c.windows[window]}`;
  return [
    `${window_}: revision ${b[firing + LEDGER.rev]}${final} ${word}${at}`,
    ...(emitted.length === 0 ? [] : [`${window_} emitted: ${emitted.join(' ')}`]),
  ];
}

function describeProcesses(m: Machine): string[] {
  const { b, l, s } = m;
  const lines: string[] = [];
  for (const [index] of s.writers.entries()) {
    const w = l.writer(index);
    if (b[w + WRITER.valid] !== 1) continue;
    const known = `n=${b[w + WRITER.n]}, position ${b[w + WRITER.position]}, w ${b[w + WRITER.w]}, clock ${b[w + WRITER.clock]}`;
    lines.push(`writer ${index + 1} knows: ${known}, ids ${ids(m, b[w + WRITER.ids]!)}`);
  }
  for (let index = 0; index < s.firers; index++) {
    const f = l.firer(index);
    if (b[f + FIRER.pc] === 0) continue;
    lines.push(
      `firer ${index + 1} knows: watermark ${b[f + FIRER.watermark]}, fenced up to ${b[f + FIRER.fenced]}`,
    );
  }
  return lines;
}

const record = (m: Machine, at: number): string => `${m.c.idNames[m.c.ids[at]!]}@${m.c.times[at]}`;

const records = (m: Machine, mask: number): string =>
  `{${m.c.times
    .map((_, at) => at)
    .filter((at) => mask & (1 << at))
    .map((at) => record(m, at))
    .join(' ')}}`;

const ids = (m: Machine, mask: number): string =>
  `{${m.c.idNames.filter((_, id) => mask & (1 << id)).join(' ')}}`;
