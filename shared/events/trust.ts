/**
 * Whether data that its batch calls valid may be taken for it. Fingerprints of schemas are no secret, so whoever writes to the stream can
 * call anything valid: what looks wrong is validated all the same, and nothing may throw for the rest.
 *
 * @param keyField - the field that is the key, if one is
 */
export function isPlausible(data: unknown, keyField: string | undefined): boolean {
  if (typeof data !== 'object' || data === null) return false;
  if (keyField === undefined) return true;
  const key: unknown = (data as Record<string, unknown>)[keyField];
  return typeof key === 'string' || typeof key === 'number';
}
