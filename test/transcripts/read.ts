import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';
import { type Duration, durationMs } from '../../shared/pipeline/duration.ts';
import type { Emission, Step, Transcript, TranscriptEvent } from './transcript.ts';

const FOLDER = fileURLToPath(new URL('.', import.meta.url));
/**
 * Where numbers are counted from unless a file says otherwise: long ago, so that no machine's clock is behind it, and a whole number
 * of 2520 hours from 1970, so that windows of 1 to 10 hours all begin there.
 */
const ORIGIN = '2020-01-09T00:00:00Z';

const offset = z.number().optional();
const windowSchema = z.union([
  z.strictObject({ tumbling: z.number(), offset }),
  z.strictObject({ hopping: z.number(), every: z.number(), offset }),
  z.strictObject({ cumulative: z.number(), by: z.number(), offset }),
  z.strictObject({ session: z.number(), resolution: z.number().optional() }),
  z.strictObject({ calendar: z.enum(['hour', 'day', 'week', 'month']), zone: z.string() }),
]);

const stepSchema = z.strictObject({
  event: z.string(),
  /** `uncounted` is a repetition that nobody need know any more: late or a duplicate. */
  is: z.enum(['accepted', 'late', 'duplicate', 'outside', 'rejected', 'uncounted']).default('accepted'),
  watermark: z.union([z.number(), z.string()]).optional(),
  emits: z.array(z.string()).default([]),
});

const fileSchema = z.strictObject({
  /** What 1 stands for in the times of the file. */
  unit: z.string().default('1 hour'),
  /** What 0 stands for. */
  origin: z.string().default(ORIGIN),
  transcripts: z.array(
    z.strictObject({
      name: z.string(),
      /** Why it is so, for the reader. */
      rule: z.string().optional(),
      stage: z.strictObject({
        window: windowSchema,
        bound: z.number().default(0),
        lateness: z.number().default(0),
        emit: z.union([z.enum(['onTime', 'final']), z.strictObject({ early: z.number() })]).default('onTime'),
        values: z.array(z.enum(['share', 'variance', 'first', 'last', 'distinct'])).default([]),
      }),
      steps: z.array(stepSchema),
    }),
  ),
});

type FileStep = z.output<typeof stepSchema>;

/** All transcripts of this folder. */
export function readTranscripts(): Transcript[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .flatMap((name) => readTranscriptFile(join(FOLDER, name)));
}

function readTranscriptFile(path: string): Transcript[] {
  const file = fileSchema.parse(parse(readFileSync(path, 'utf8')));
  const unit = durationMs(file.unit as Duration);
  const reader = new StepReader(Date.parse(file.origin), unit);
  const prefix = basename(path, '.yaml');
  return file.transcripts.map(({ name, stage, steps }, index) => ({
    name,
    slug: `${prefix}-${index + 1}`,
    unit,
    stage,
    steps: steps.map((step, at) => reader.step(step, `${prefix}-${index + 1}/${at}`)),
  }));
}

/** `key @ time = amount, id x`; amount and id may be left out. */
const EVENT = /^(\S+) @ ([^\s=,]+)(?: = (\S+))?(?:, id (\S+))?$/;
/**
 * `key [start, end) r0 name=value ...`; with `final` or `retracted` after the revision where it is, and `replacing [start, end) ...` at
 * the end where it replaces others.
 */
const EMISSION =
  /^(\S+) \[([^,]+), ([^)]+)\) r(-?\d+)( final)?( retracted)?((?: \w+=\S+)*)(?: replacing ((?:\[[^)]+\) ?)+))?$/;
const BOUNDS = /\[([^,]+), ([^)]+)\)/g;

class StepReader {
  readonly #origin: number;
  readonly #unit: number;

  constructor(origin: number, unit: number) {
    this.#origin = origin;
    this.#unit = unit;
  }

  step(step: FileStep, id: string): Step {
    return {
      text: `${step.event}${step.is === 'accepted' ? '' : ` is ${step.is}`}`,
      event: this.#event(step.event, id),
      outcomes: step.is === 'uncounted' ? ['late', 'duplicate'] : [step.is],
      watermark: step.watermark === undefined ? undefined : this.#time(String(step.watermark)),
      emits: step.emits.map((text) => this.#emission(text)),
    };
  }

  #event(text: string, id: string): TranscriptEvent {
    const [, key = '', time = '', amount = '1', given = id] = matched(EVENT, text);
    return { id: given, key, time: this.#time(time), amount: Number(amount) };
  }

  #emission(text: string): Emission {
    const [, key = '', start = '', end = '', revision, final, retracted, values = '', replaced = ''] =
      matched(EMISSION, text);
    const pairs = values.split(' ').filter((pair) => pair !== '');
    return {
      key,
      start: this.#time(start),
      end: this.#time(end),
      revision: Number(revision),
      final: final !== undefined,
      retracted: retracted !== undefined,
      replaces: [...replaced.matchAll(BOUNDS)].map(([, from = '', to = '']) => [
        this.#time(from),
        this.#time(to),
      ]),
      values: Object.fromEntries(
        pairs.map((pair) => pair.split('=')).map(([name, value]) => [name, amountOf(value)]),
      ),
    };
  }

  /** A number of units from the origin, or an instant in ISO 8601. */
  #time(text: string): number {
    const units = Number(text);
    const time = Number.isNaN(units) ? Date.parse(text) : Math.round(this.#origin + units * this.#unit);
    if (Number.isNaN(time)) throw new SyntaxError(`"${text}" is neither a number nor an instant in ISO 8601`);
    return time;
  }
}

const amountOf = (text: string | undefined): number | null => (text === 'null' ? null : Number(text));

function matched(pattern: RegExp, text: string): RegExpExecArray {
  const found = pattern.exec(text);
  if (found === null) throw new SyntaxError(`"${text}" is not written like ${pattern}`);
  return found;
}
