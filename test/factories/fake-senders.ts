import type { ClockMemory, UsageCounter } from '../../shared/ingest/sender-table.ts';

/** The table of senders in memory, shared by as many ingestions as a test likes. */
export class FakeSenders implements ClockMemory, UsageCounter {
  readonly offsets = new Map<string, number>();
  readonly used = new Map<string, number>();
  /** Requests that it has answered. */
  requests = 0;

  async remember(name: string, measured: number | undefined): Promise<number | undefined> {
    this.requests++;
    const known = this.offsets.get(name);
    if (known !== undefined || measured === undefined) return known;
    this.offsets.set(name, measured);
    return measured;
  }

  async add(name: string, amount: number, limit: number): Promise<boolean> {
    this.requests++;
    const used = this.used.get(name) ?? 0;
    if (used + amount > limit) return false;
    this.used.set(name, used + amount);
    return true;
  }
}
