/** How far from UTC a zone's clocks may be. Local mean times of the 19th century went to nearly 16 hours (Manila, Juneau). */
const FARTHEST = 16 * 3_600_000;

/** The clocks of a time zone, as the runtime's copy of the IANA database knows them. A question takes a microsecond or two. */
export class Zone {
  readonly #format: Intl.DateTimeFormat;

  /** @throws RangeError when there is no such zone */
  constructor(timeZone: string) {
    this.#format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
  }

  /** How far the clocks are ahead of UTC at an instant, in milliseconds: they show `instant + offset`. */
  offsetAt(instant: number): number {
    // "3/29/2026, GMT+02:00"; seconds before zones had whole minutes, and nothing behind GMT where it is zero.
    const [, sign, hours, minutes, seconds] =
      /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(this.#format.format(instant)) ?? [];
    const ms = (Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + Number(seconds ?? 0)) * 1000;
    return sign === '-' ? -ms : ms;
  }

  /** The first instant at which the clocks show a local time or a later one: what they show may jump over it. */
  firstAt(local: number): number {
    const before = local - FARTHEST;
    const after = local + FARTHEST;
    const early = this.offsetAt(before);
    const late = this.offsetAt(after);
    if (early === late) return local - early;
    const change = this.changeIn(before, after);
    return local - early < change ? local - early : Math.max(change, local - late);
  }

  /** The instant, after `before` and not after `after`, from which on the offset is another one than at `before`. */
  changeIn(before: number, after: number): number {
    const offset = this.offsetAt(before);
    let [low, high] = [before, after];
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (this.offsetAt(middle) === offset) low = middle;
      else high = middle;
    }
    return high;
  }
}
