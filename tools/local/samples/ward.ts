import { createRandom } from '../../bench/traffic.ts';

/** An event of the sample type `patient-vitals`, always with an id, so that sending it again counts once. */
export interface VitalSigns {
  readonly event_id: string;
  readonly patient_id: string;
  /** Beats per minute. */
  readonly heart_rate: number | null;
  /** Systolic, mmHg. */
  readonly blood_pressure: number | null;
  /** mmol/l. */
  readonly glucose_level: number | null;
  /** Epoch milliseconds. */
  readonly timestamp: number;
}

/** What the simulated ward is like. The same options and the same times of the calls give the same events. */
export interface WardOptions {
  readonly patients: number;
  readonly seed: number;
  /** When the monitors are switched on, epoch milliseconds; part of the ids, so that two runs never share one. */
  readonly start: number;
  /** Milliseconds between two readings of a patient. */
  readonly interval: number;
  /** Part of the readings of a measure that are missing: a sensor slipped off. */
  readonly missing: number;
  /** How often a patient's heart races, in episodes per hour. */
  readonly episodes: number;
}

export const DEFAULT_WARD = {
  patients: 12,
  seed: 11,
  interval: 10_000,
  missing: 0.02,
  episodes: 1.5,
} as const;

/** After a pause, as of a sleeping computer, what was missed beyond this time is not made up for. */
const MAX_CATCH_UP_MS = 60_000;
const HOUR_MS = 3_600_000;
const EPISODE_MS = { least: 60_000, most: 6 * 60_000 } as const;
/** Glucose is measured by a sensor under the skin, and changes slowly: with every so many readings. */
const GLUCOSE_EVERY = 6;
/** How fast a heart follows what it is driven to, as a part of the distance per reading. */
const INERTIA = 0.35;

interface Patient {
  readonly id: string;
  readonly restingRate: number;
  readonly restingPressure: number;
  rate: number;
  glucose: number;
  /** Until when the heart races, and to how many beats. */
  racingUntil: number;
  racingTo: number;
  readings: number;
  next: number;
}

/** Patients of a ward: at rest most of the time, now and then with a racing heart, which their blood pressure follows. */
export class Ward {
  readonly #options: WardOptions;
  readonly #random: () => number;
  readonly #patients: Patient[];
  #count = 0;

  constructor(options: WardOptions) {
    this.#options = options;
    const random = createRandom(options.seed);
    this.#random = random;
    this.#patients = Array.from({ length: options.patients }, (_, index) => {
      const restingRate = 58 + 16 * random();
      return {
        id: `patient-${String(index + 1).padStart(3, '0')}`,
        restingRate,
        restingPressure: 108 + 22 * random(),
        rate: restingRate,
        glucose: 4.6 + 2.4 * random(),
        racingUntil: 0,
        racingTo: 0,
        readings: 0,
        next: options.start + Math.floor((index * options.interval) / options.patients),
      };
    });
  }

  /** The readings up to `now`, since the last call. */
  readings(now: number): VitalSigns[] {
    const taken: VitalSigns[] = [];
    for (const patient of this.#patients) {
      patient.next = Math.max(patient.next, now - MAX_CATCH_UP_MS);
      for (; patient.next <= now; patient.next += this.#options.interval) {
        taken.push(this.#reading(patient, patient.next));
      }
    }
    return taken;
  }

  #reading(patient: Patient, time: number): VitalSigns {
    const random = this.#random;
    const { interval, episodes, start } = this.#options;
    if (time >= patient.racingUntil && random() < (episodes * interval) / HOUR_MS) {
      patient.racingUntil = time + EPISODE_MS.least + random() * (EPISODE_MS.most - EPISODE_MS.least);
      patient.racingTo = 90 + 45 * random();
    }
    const target = time < patient.racingUntil ? patient.racingTo : patient.restingRate;
    patient.rate += INERTIA * (target - patient.rate) + 3 * (random() - 0.5);
    patient.glucose += 0.1 * (5.8 - patient.glucose) * random() + 0.3 * (random() - 0.5);
    const pressure =
      patient.restingPressure + 0.45 * (patient.rate - patient.restingRate) + 6 * (random() - 0.5);
    const withGlucose = patient.readings++ % GLUCOSE_EVERY === 0;
    return {
      event_id: `ward-${start.toString(36)}-${this.#count++}`,
      patient_id: patient.id,
      heart_rate: this.#measured(Math.round(patient.rate)),
      blood_pressure: this.#measured(Math.round(pressure)),
      glucose_level: withGlucose ? this.#measured(Math.round(patient.glucose * 10) / 10) : null,
      timestamp: time,
    };
  }

  #measured = (value: number): number | null => (this.#random() < this.#options.missing ? null : value);
}
