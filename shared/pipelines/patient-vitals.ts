import * as z from 'zod';
import {
  type Aggregate,
  above,
  alertStage,
  atLeast,
  correlation,
  count,
  eventType,
  filterStage,
  hopping,
  max,
  mean,
  min,
  pipeline,
  session,
  variance,
  windowStage,
} from '../pipeline/index.ts';

/** A heart rate above this, in beats per minute, is elevated. */
export const ELEVATED_ABOVE = 80;
/** So many elevated readings within five minutes are a reason to tell somebody. */
export const BREACHES = 3;

/** What a sensor that slipped off did not measure is null or left out: missing, not zero. */
const measure = z.number().nullish();

/** What a monitor read. */
export const vitals = eventType('patient-vitals', {
  description: "A patient's vital signs as a monitor read them at one time",
  schema: z.object({
    event_id: z.union([z.string().min(1).max(256), z.int().nonnegative()]).nullish(),
    patient_id: z.string().min(1).max(256),
    heart_rate: measure,
    blood_pressure: measure,
    glucose_level: measure,
    timestamp: z.union([z.int(), z.iso.datetime({ offset: true })]),
  }),
  id: 'event_id',
  time: 'timestamp',
  key: 'patient_id',
  example: {
    event_id: 'monitor-3/88121',
    patient_id: 'patient-12',
    heart_rate: 71.5,
    blood_pressure: 118,
    glucose_level: null,
    timestamp: '2026-01-31T12:00:00Z',
  },
});

const lateness = { outOfOrderness: '10 seconds', allowedLateness: '10 minutes' } as const;

type Measure = 'heart_rate' | 'blood_pressure' | 'glucose_level';

const statistics = (of: Measure): Readonly<Record<string, Aggregate<Measure>>> => ({
  [`${of}_count`]: count(of),
  [`${of}_mean`]: mean(of),
  [`${of}_min`]: min(of),
  [`${of}_max`]: max(of),
  [`${of}_variance`]: variance(of),
});

export const vitalsStats = windowStage('vitals-stats', {
  description:
    'Per patient and minute, of the last five minutes: how each measure lies and varies, and whether heart rate and blood pressure vary together',
  from: vitals,
  key: 'patient_id',
  window: hopping('5 minutes', '1 minute'),
  ...lateness,
  values: {
    events: count(),
    ...statistics('heart_rate'),
    ...statistics('blood_pressure'),
    ...statistics('glucose_level'),
    correlation: correlation('heart_rate', 'blood_pressure'),
  },
});

export const elevated = filterStage('elevated', {
  description: `Readings with a heart rate above ${ELEVATED_ABOVE} beats per minute`,
  from: vitals,
  where: above('heart_rate', ELEVATED_ABOVE),
});

export const elevatedSessions = windowStage('elevated-sessions', {
  description: 'Per patient, the time over which the heart rate was elevated without a break of two minutes',
  from: elevated,
  key: 'patient_id',
  window: session('2 minutes'),
  ...lateness,
  values: { events: count(), max_heart_rate: max('heart_rate') },
});

// A session is known when it is over. Whoever is to help needs to know before that.
export const breaches = windowStage('breaches', {
  description: 'Per patient and minute, the elevated readings of the last five minutes',
  from: elevated,
  key: 'patient_id',
  window: hopping('5 minutes', '1 minute'),
  ...lateness,
  values: { breaches: count(), max_heart_rate: max('heart_rate') },
  materialize: false,
});

export const repeatedBreaches = alertStage('repeated-breaches', {
  description: `A patient's heart rate was elevated ${BREACHES} times or more within five minutes`,
  from: breaches,
  when: atLeast('breaches', BREACHES),
  message:
    '{patient_id}: heart rate elevated {breaches} times within five minutes, up to {max_heart_rate} beats per minute',
  quiet: '10 minutes',
});

export default pipeline('patient-vitals', {
  description:
    "Statistics of patients' vital signs, the episodes in which their hearts raced, and alerts while they do",
  types: [vitals],
  stages: [vitalsStats, elevated, elevatedSessions, breaches, repeatedBreaches],
});
