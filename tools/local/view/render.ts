import type { ResultValue } from '../../../shared/windows/types.ts';
import { colors as pc } from '../../colors.ts';
import type { Item } from './api.ts';
import { type Firing, type StageModel, sizeOf } from './model.ts';

const ROWS = 6;
const LINES = 5;
const VALUES = 4;
const KEY_WIDTH = 22;
const BAR_WIDTH = 12;
const DAY_MS = 86_400_000;

const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 });
const whole = new Intl.NumberFormat('en');

/**
 * Text from outside as it may go to a terminal: control characters, which could move the cursor or worse, and marks
 * that turn the direction of writing become dots.
 */
export function harmless(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Surrogate}]/gu, '·');
}

/** A window's start on the clock of whoever looks, with the date unless it is today's. */
export function clock(time: string, now: number): string {
  const date = new Date(time);
  const two = (value: number) => String(value).padStart(2, '0');
  const clockTime = `${two(date.getHours())}:${two(date.getMinutes())}`;
  if (Math.abs(now - date.getTime()) < DAY_MS && new Date(now).getDate() === date.getDate()) return clockTime;
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${clockTime}`;
}

/** The live picture: per stage its state and the largest keys of the latest window. */
export function renderTable(stages: Iterable<StageModel>, width: number, now: number): string {
  const blocks = [...stages].map((stage) => [heading(stage, now), ...rows(stage, width)].join('\n'));
  return blocks.join('\n');
}

function heading({ state, latest }: StageModel, now: number): string {
  const [first] = latest;
  const { accepted, duplicate, late, rejected } = state.counts;
  const window =
    first === undefined ? 'no window has fired yet' : `${clock(first.start, now)}  ${keys(latest.length)}`;
  const counts = `accepted ${whole.format(accepted)}  duplicate ${whole.format(duplicate)}  late ${whole.format(late)}  rejected ${whole.format(rejected)}`;
  return `${pc.bold(state.name)}  ${window}  ${pc.dim(counts)}`;
}

function rows({ latest }: StageModel, width: number): string[] {
  const shown = latest.slice(0, ROWS);
  const largest = Math.max(...shown.map(sizeOf), 0);
  const lines = shown.map((item) => {
    const full = largest > 0 ? Math.round((Math.max(0, sizeOf(item)) / largest) * BAR_WIDTH) : 0;
    const bar = '█'.repeat(full) + ' '.repeat(BAR_WIDTH - full);
    const key = sized(harmless(item.key), KEY_WIDTH);
    const rest = sized(valuesOf(item), Math.max(10, width - KEY_WIDTH - BAR_WIDTH - 13));
    return `  ${key} ${pc.green(bar)}  ${markOf(item).padEnd(5)} ${rest.trimEnd()}`;
  });
  const more = latest.length - shown.length;
  return more > 0 ? [...lines, pc.dim(`  and ${keys(more)} more`)] : lines;
}

/** What is new as plain lines: of each window the largest keys, of final results only that they are. */
export function renderLines({ stage, start, items }: Firing, now: number): string[] {
  const head = `${clock(start, now)} ${stage}`;
  const final = items.filter((item) => item.final);
  const others = items.filter((item) => !item.final);
  const lines = others
    .slice(0, LINES)
    .map((item) => `${head}  ${harmless(item.key)}  ${valuesOf(item)}  ${markOf(item)}`);
  if (others.length > LINES) lines.push(`${head}  and ${keys(others.length - LINES)} more`);
  if (final.length > 0) lines.push(`${head}  final, ${keys(final.length)}`);
  return lines;
}

const markOf = ({ final, revision }: Item): string =>
  final ? 'final' : revision < 0 ? 'early' : `r${revision}`;

function valuesOf({ values }: Item): string {
  const shown = Object.entries(values).slice(0, VALUES);
  return shown.map(([name, value]) => `${name} ${amount(name, value)}`).join('  ');
}

function amount(name: string, value: ResultValue): string {
  if (value === null) return '-';
  if (typeof value !== 'number') return harmless(typeof value === 'string' ? value : JSON.stringify(value));
  return /(^|_)bytes$/.test(name) ? `${compact.format(value)}B` : compact.format(value);
}

const keys = (count: number): string => `${whole.format(count)} ${count === 1 ? 'key' : 'keys'}`;

/** Cuts or fills a text to a width. */
function sized(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text.padEnd(width);
}
