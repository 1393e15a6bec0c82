const PLACEHOLDER = /\{([^{}]*)\}/g;
/** Digits of a number that is not whole, in a sentence. */
const DIGITS = 6;

/** The names in braces of a template such as `'{patient_id} has {breaches} breaches'`, each once. */
export function placeholdersIn(template: string): string[] {
  return [...new Set([...template.matchAll(PLACEHOLDER)].map(([, name = '']) => name.trim()))];
}

/** A template with the values of fields in place of their names; what is missing or null is called `none`. */
export function fillTemplate(template: string, fields: Readonly<Record<string, unknown>>): string {
  return template.replace(PLACEHOLDER, (_, name: string) => wordOf(fields[name.trim()]));
}

function wordOf(value: unknown): string {
  if (value === undefined || value === null) return 'none';
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? numberOf(value) : JSON.stringify(value);
}

function numberOf(value: number): string {
  if (Number.isInteger(value)) return String(value);
  return String(Math.abs(value) < 10 ** DIGITS ? Number(value.toPrecision(DIGITS)) : Math.round(value));
}
