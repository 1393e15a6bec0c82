import { describe, expect, it } from 'vitest';
import { createIds } from '../../../shared/ingest/ids.ts';

describe('createIds', () => {
  it('makes UUIDs of version 7 of the time of their making', () => {
    const id = createIds(() => 0x0199_0000_0001)();
    expect(id).toMatch(/^01990000-0001-7000-[89ab][\da-f]{3}-[\da-f]{12}$/);
  });

  it('makes different ones that sort by time, within a millisecond and when the clock goes back', () => {
    let now = 1_000;
    const newId = createIds(() => now);
    const ids = Array.from({ length: 10_000 }, () => newId());
    now = 990;
    ids.push(newId());
    now = 2_000;
    ids.push(newId());
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual([...ids].sort());
    expect(Number.parseInt(ids.at(-1)!.replace('-', '').slice(0, 12), 16)).toBe(2_000);
  });
});
