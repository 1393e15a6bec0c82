import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { describePipeline } from '../../../shared/pipeline/describe.ts';
import {
  type AlertStage,
  alertStage,
  alertStages,
  atLeast,
  count,
  eventType,
  PipelineError,
  pipeline,
  tumbling,
  windowStage,
  windowStages,
} from '../../../shared/pipeline/index.ts';
import { fillTemplate, placeholdersIn } from '../../../shared/pipeline/message-template.ts';

const reading = eventType('reading', {
  description: 'a reading',
  schema: z.object({ patient: z.string(), rate: z.number(), at: z.int() }),
  time: 'at',
  key: 'patient',
});
const minutes = windowStage('minutes', {
  description: 'per minute',
  from: reading,
  key: 'patient',
  window: tumbling('1 minute'),
  outOfOrderness: '1 second',
  allowedLateness: '1 minute',
  values: { breaches: count() },
});
const repeated = alertStage('repeated', {
  description: 'Repeated breaches',
  from: minutes,
  message: '{patient}: {breaches} from {start} to {end}',
  quiet: '10 minutes',
});

const vitals = (...stages: AlertStage[]) =>
  pipeline('vitals', { description: 'vitals', types: [reading], stages: [minutes, ...stages] });

function problemsOf(change: Partial<AlertStage>): readonly string[] {
  try {
    vitals({ ...repeated, ...change });
    return [];
  } catch (error) {
    if (error instanceof PipelineError) return error.problems;
    throw error;
  }
}

describe('an alert stage that cannot work', () => {
  const other = { ...minutes, name: 'others' };
  test.each([
    ['a name that AWS would refuse', { name: 'A!' }, 'stage "A!": use at most 40 lower-case'],
    [
      'a stage that is not there',
      { from: other },
      'reads the stage "others", which is not among the pipeline\'s stages',
    ],
    [
      'a type that is not there',
      { from: { ...reading } },
      'reads "reading", which is not among the pipeline\'s types',
    ],
    ['a condition on no field', { when: atLeast('rate', 80) }, 'a condition uses the field "rate", which'],
    ['no quiet period', { quiet: 0 }, 'it is quiet for 0 ms: use at least 1000 ms'],
    ['final events', { from: reading, finalOnly: true, message: 'm' }, 'events are never final'],
    [
      'a key that is not there',
      { key: 'ward' },
      'its key "ward" is not a field of "minutes": use breaches, start, end, patient',
    ],
    ['an empty message', { message: ' ' }, 'its message is empty'],
    [
      'a field that is not there',
      { message: '{rate}' },
      'names "{rate}", which "minutes" lacks: use breaches, start, end, patient',
    ],
    [
      'a value in an event',
      { from: reading, input: reading },
      'names "{breaches}", which "reading" lacks: use patient, rate, at',
    ],
  ])('%s', (_, change, problem) => {
    expect(problemsOf(change)).toEqual(expect.arrayContaining([expect.stringContaining(problem)]));
  });

  test('shares no name with another stage', () => {
    expect(problemsOf({ name: 'minutes' })).toEqual(['stage "minutes" is declared twice: rename one']);
  });
});

test('a pipeline tells its stages apart', () => {
  const declared = vitals(repeated);
  expect(alertStages(declared)).toEqual([repeated]);
  expect(windowStages(declared)).toEqual([minutes]);
});

test('its page says what is told, when and how often', () => {
  const page = describePipeline(
    vitals(repeated, {
      ...repeated,
      name: 'high',
      from: reading,
      input: reading,
      when: atLeast('rate', 80),
      message: 'm',
    }),
  );
  expect(page).toContain('## Alert `repeated`\n\nRepeated breaches. Published to the topic for alerts.');
  expect(page).toContain('| reads | the results of `minutes` |');
  expect(page).toContain('| says | {patient}: {breaches} from {start} to {end} |');
  expect(page).toContain('| when | `rate` >= 80 |');
  expect(page).toContain('| then quiet for | 10 minutes |');
});

test('templates', () => {
  expect(placeholdersIn('{a} { b } {a} {} }{')).toEqual(['a', 'b', '']);
  const fields = { a: 1 / 3, b: 1e21, c: 'x{a}', d: null, e: [1, { f: 2 }], g: true, h: 12_345_678.5 };
  expect(fillTemplate('{a} {b} {c} {d} {e} {g} {h} {z}', fields)).toBe(
    '0.333333 1e+21 x{a} none [1,{"f":2}] true 12345679 none',
  );
});
