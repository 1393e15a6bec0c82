import type { Environment } from './environment.ts';

/** How long the lake keeps what, in days; `undefined` keeps it for ever. */
export interface LakeRetention {
  /** What is landed as it came: raw objects, late events and results. They are compared with each other, so they go together. */
  readonly rawDays: number | undefined;
  /** Curated files: the typed tables. */
  readonly curatedDays: number | undefined;
  /** What was set aside, and what is noted of its having been put back. */
  readonly rejectedDays: number | undefined;
}

/** As it is chosen: a number of days, or `never` to keep everything whatever the environment says. */
export type LakeRetentionChoices = Readonly<Partial<Record<keyof LakeRetention, string | undefined>>>;

/** The names of the choices, which are those of the CLI's context. */
export const LAKE_RETENTION_CHOICES = ['rawDays', 'curatedDays', 'rejectedDays'] as const;

/** Days that compaction may need after a stream has let a record go. */
const COMPACTION_DAYS = 2;

/**
 * Fills in what was not chosen from the environment and checks what was.
 *
 * @throws RangeError naming what is wrong and what to use instead
 */
export function lakeRetentionOf(choices: LakeRetentionChoices, environment: Environment): LakeRetention {
  const days = (name: keyof LakeRetention): number | undefined => {
    const chosen = choices[name];
    return chosen === undefined ? environment.lake[name] : daysOf(name, chosen);
  };
  const retention: LakeRetention = {
    rawDays: days('rawDays'),
    curatedDays: days('curatedDays'),
    rejectedDays: days('rejectedDays'),
  };
  // An hour is compacted for as long as something may still be landed in it; without its raw objects it could not be.
  const least = Math.ceil(environment.retentionHours / 24) + COMPACTION_DAYS;
  if (retention.rawDays !== undefined && retention.rawDays < least) {
    throw new RangeError(
      `rawDays is ${retention.rawDays}, but streams keep records for ${environment.retentionHours} hours, and compaction needs raw objects until some days later: use at least ${least}`,
    );
  }
  return retention;
}

function daysOf(name: string, text: string): number | undefined {
  if (text === 'never') return undefined;
  const days = Number(text);
  if (!Number.isInteger(days) || days < 1) {
    throw new RangeError(`${name} is "${text}": use a whole number of days, or "never"`);
  }
  return days;
}
