import type { Fields, Shape } from './shape.ts';

/** A change that files in the lake, or events on their way, cannot follow. */
export interface Incompatible {
  /** Path of the field, such as `place.city`. */
  readonly field: string;
  /** What has changed. */
  readonly change: string;
  /** What to do instead. */
  readonly fix: string;
}

/** How a schema differs from the accepted one. */
export interface SchemaChanges {
  readonly incompatible: readonly Incompatible[];
  /** Optional fields that are new, and required ones that became optional: nulls in older files. */
  readonly compatible: readonly string[];
}

/**
 * Compares what is declared with what was accepted. A new optional field is null in older files. Anything that makes older files
 * unreadable, hides what they hold, or makes older events invalid is incompatible.
 */
export function compareFields(accepted: Fields, declared: Fields): SchemaChanges {
  const changes = { incompatible: [] as Incompatible[], compatible: [] as string[] };
  compare('', accepted, declared, changes);
  return changes;
}

interface Changes {
  readonly incompatible: Incompatible[];
  readonly compatible: string[];
}

function compare(path: string, accepted: Fields, declared: Fields, changes: Changes): void {
  for (const [name, before] of Object.entries(accepted)) {
    const field = `${path}${name}`;
    const now = declared[name];
    if (now === undefined) {
      const fix = 'keep it, as an optional field; a field of another name is a new one beside it';
      changes.incompatible.push({ field, change: 'is gone or renamed, but events and files have it', fix });
      continue;
    }
    if (now.required && !before.required) {
      const change = 'is required now, but there are events without it';
      changes.incompatible.push({ field, change, fix: 'leave it optional' });
    } else if (before.required && !now.required) changes.compatible.push(`${field} is optional now`);
    compareShapes(field, before.type, now.type, changes);
  }
  for (const [name, now] of Object.entries(declared)) {
    if (accepted[name] !== undefined) continue;
    const field = `${path}${name}`;
    if (now.required) {
      const change = 'is new and required, but there are events without it';
      changes.incompatible.push({ field, change, fix: 'make it optional: .optional()' });
    } else changes.compatible.push(`${field} is new`);
  }
}

function compareShapes(field: string, before: Shape, now: Shape, changes: Changes): void {
  if (typeof before === 'object' && typeof now === 'object') {
    if ('list' in before && 'list' in now) {
      compareShapes(`${field}[]`, before.list, now.list, changes);
      return;
    }
    if ('fields' in before && 'fields' in now) {
      compare(`${field}.`, before.fields, now.fields, changes);
      return;
    }
  }
  if (before === now) return;
  const change = `was ${nameOf(before)} and is ${nameOf(now)}, which files of before are not`;
  const fix = 'add a field of another name, or declare a new event type';
  changes.incompatible.push({ field, change, fix });
}

const NAMES: Readonly<Record<string, string>> = {
  bigint: 'a whole number',
  double: 'a number',
  boolean: 'true or false',
  varchar: 'a text',
  timestamp: 'a date-time',
};

function nameOf(shape: Shape): string {
  if (typeof shape === 'string') return NAMES[shape] ?? shape;
  return 'list' in shape ? 'a list' : 'an object';
}
