const MAX_SHOWN = 60;

/** A value as a reason quotes it: JSON, cut where it is long. */
export function show(value: unknown): string {
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'an object';
  if (value === undefined) return 'nothing';
  // A longer text would be cut anyway: what is behind need not be quoted first.
  const text = JSON.stringify(typeof value === 'string' ? value.slice(0, MAX_SHOWN) : value);
  return typeof value === 'string' && value.length > MAX_SHOWN ? `${text.slice(0, -1)}…"` : text;
}
