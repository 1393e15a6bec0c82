import type { Attributes } from './store.ts';

/** Something that the protocol promises did not hold. */
export class Violation extends Error {
  override readonly name = 'Violation';
  /** Seen in what leaves the pipeline, or only in how its state changed. */
  readonly where: 'outcome' | 'state';

  constructor(where: 'outcome' | 'state', message: string) {
    super(message);
    this.where = where;
  }
}

const HANDS = ['watermark', 'firesUpTo', 'closedUpTo'] as const;

/** Looks at every item after every write: what must only rise, rises, and what is written once is written once. */
export class Observer {
  #clock: Attributes | undefined;
  readonly #items = new Map<string, Attributes>();
  /** `closedUpTo` when each commit was written: by `pk sk`. */
  readonly closedWhenWritten = new Map<string, number>();
  readonly violations: Violation[] = [];
  /** Whether nothing is to be reported. */
  silent = false;

  /** To be called after a write succeeded, with the item as it is then. */
  wrote(now: Attributes): void {
    const [pk, sk] = [now.pk?.S ?? '', now.sk?.S ?? ''];
    const name = `${pk} ${sk}`;
    const before = this.#items.get(name);
    this.#items.set(name, now);
    if (pk.startsWith('log#')) this.#commit(name, pk, before, now);
    else if (sk === '!clock') this.#moved(before, now);
    else if (pk.startsWith('heads#')) this.#risen(name, 'n', before, now);
    else if (pk.startsWith('fires#')) this.#firing(name, before, now);
  }

  get clock(): Readonly<Record<(typeof HANDS)[number], number>> {
    const hand = (name: string) => numberOf(this.#clock, name) ?? Number.NEGATIVE_INFINITY;
    return { watermark: hand('watermark'), firesUpTo: hand('firesUpTo'), closedUpTo: hand('closedUpTo') };
  }

  #report(message: string): void {
    if (!this.silent) this.violations.push(new Violation('state', message));
  }

  #risen(name: string, attribute: string, before: Attributes | undefined, now: Attributes): void {
    const [old, current] = [numberOf(before, attribute), numberOf(now, attribute)];
    if (old !== undefined && (current === undefined || current < old)) {
      this.#report(`${attribute} of ${name} went back from ${old} to ${current}`);
    }
  }

  #moved(before: Attributes | undefined, now: Attributes): void {
    this.#clock = now;
    for (const hand of HANDS) this.#risen('the clock', hand, before, now);
    const [closed, watermark] = [numberOf(now, 'closedUpTo'), numberOf(now, 'watermark')];
    if (closed !== undefined && closed > (watermark ?? Number.NEGATIVE_INFINITY)) {
      this.#report(`closed up to ${closed}, beyond the watermark ${watermark}`);
    }
  }

  #commit(name: string, pk: string, before: Attributes | undefined, now: Attributes): void {
    this.closedWhenWritten.set(name, this.clock.closedUpTo);
    if (before !== undefined) this.#report(`${name} was written twice`);
    const previous = this.#items.get(`${pk} ${String(Number(now.sk?.S) - 1).padStart(12, '0')}`);
    this.#risen(name, 'w', previous, now);
  }

  #firing(name: string, before: Attributes | undefined, now: Attributes): void {
    const [old, current] = [numberOf(before, 'rev'), numberOf(now, 'rev') ?? 0];
    const cutOf = (item: Attributes | undefined) => JSON.stringify(item?.cut?.M);
    if (old === undefined) return;
    if (current < old) this.#report(`${name} went back from revision ${old} to ${current}`);
    if (current === old && before?.cut !== undefined && cutOf(before) !== cutOf(now)) {
      this.#report(`the cut of ${name}, revision ${current}, was ${cutOf(before)} and became ${cutOf(now)}`);
    }
    if (current > old && before?.state?.S !== 'done') {
      this.#report(`${name}: revision ${current} was claimed before revision ${old} was done`);
    }
    if (current > old && before?.final?.BOOL === true) {
      this.#report(`${name}: revision ${current} was claimed after the final revision ${old}`);
    }
  }
}

const numberOf = (item: Attributes | undefined, name: string): number | undefined =>
  item?.[name]?.N === undefined ? undefined : Number(item[name].N);
