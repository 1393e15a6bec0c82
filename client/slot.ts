/**
 * Which of the requests under way an event waits for: events of one key always for the same, so that they stay in order. FNV-1a over the
 * key's UTF-16 units; what has no key goes one after the other.
 *
 * @see http://www.isthe.com/chongo/tech/comp/fnv/
 */
export function slotOf(key: string | undefined, slots: number): number {
  if (key === undefined || slots <= 1) return 0;
  let hash = 0x811c9dc5;
  for (let at = 0; at < key.length; at++) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193);
  return (hash >>> 0) % slots;
}
