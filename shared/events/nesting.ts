/**
 * How deep the objects and lists of an event may be nested. Parsing deeper ones works, but writing them again
 * (`JSON.stringify` is recursive) overflows the stack: an event that could not be passed on would block its shard.
 */
export const MAX_NESTING = 64;

/** The reason given for an event that is nested too deep. */
export const TOO_DEEP = 'nested deeper than 64 levels';

/** Whether a parsed JSON value has more than so many levels of objects and lists; a number or a text has none. */
export function isNestedDeeper(value: unknown, levels = MAX_NESTING): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  if (Array.isArray(value)) {
    for (const item of value) {
      if (typeof item === 'object' && isNestedDeeper(item, levels - 1)) return true;
    }
    return false;
  }
  for (const name in value) {
    const item = (value as Record<string, unknown>)[name];
    if (typeof item === 'object' && isNestedDeeper(item, levels - 1)) return true;
  }
  return false;
}
