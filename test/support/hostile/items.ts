import fc from 'fast-check';

/** What makes one item of a body. */
export interface ItemSpec {
  readonly kind: 'traffic' | 'vitals' | 'other';
  /** Fields that get another value. */
  readonly over: Readonly<Record<string, unknown>>;
  readonly without: readonly string[];
  /** For an item that is no object at all. */
  readonly other: unknown;
}

const FIELDS = [
  'event_id',
  'device',
  'ip',
  'receive_bytes',
  'ts',
  'patient_id',
  'heart_rate',
  'timestamp',
  'extra',
  'constructor',
  'toString',
] as const;
const ATTRIBUTES = [
  'specversion',
  'id',
  'source',
  'type',
  'time',
  'partitionkey',
  'subject',
  'datacontenttype',
  'dataschema',
  'data_base64',
  'comexample',
  'Not-A-Name',
  'toString',
] as const;

const nested = (depth: number): unknown => JSON.parse(`${'[1,'.repeat(depth)}2${']'.repeat(depth)}`);

/** What clients send where something else was meant. */
const nasty = fc.oneof(
  { weight: 6, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  fc.constantFrom<unknown>(
    null,
    '',
    ' ',
    '\u0000',
    'a\u0000b',
    '\ud800',
    '\u202e',
    '😀'.repeat(200),
    'x'.repeat(513),
    'x'.repeat(70_000),
    -1,
    1.5,
    1e308,
    2 ** 53,
    -(2 ** 53),
    Number.MAX_SAFE_INTEGER,
    0,
    -0,
    true,
    [],
    {},
    '__proto__',
    'NaN',
    '0001-01-01T00:00:00Z',
    '9999-12-31T23:59:59.999Z',
    '2026-02-30T00:00:00Z',
    '2026-01-01',
    "'; DROP TABLE raw; --",
    '<script>alert(1)</script>',
    '{{7*7}}',
    '../../etc/passwd',
    nested(40),
    nested(63),
    nested(64),
    nested(500),
  ),
);

const over = (names: readonly string[]) =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constant({}) },
    { weight: 3, arbitrary: fc.dictionary(fc.constantFrom(...names), nasty, { maxKeys: 3 }) },
  );

export const item: fc.Arbitrary<ItemSpec> = fc.record({
  kind: fc.oneof(
    { weight: 6, arbitrary: fc.constant('traffic' as const) },
    { weight: 3, arbitrary: fc.constant('vitals' as const) },
    { weight: 1, arbitrary: fc.constant('other' as const) },
  ),
  over: over(FIELDS),
  without: fc.oneof(
    { weight: 6, arbitrary: fc.constant([]) },
    fc.subarray([...FIELDS], { minLength: 1, maxLength: 2 }),
  ),
  other: nasty,
});

/** Changes to the attributes of CloudEvents. */
export const attributes = over(ATTRIBUTES);

export const typeOf = ({ kind }: ItemSpec): string =>
  kind === 'vitals' ? 'patient-vitals' : 'network-traffic';

/**
 * The data of an item. Whatever else it holds, it holds its token, a field that no schema knows and every schema lets through: by it
 * the event is found again.
 */
export function dataOf(spec: ItemSpec, token: string, now: number): unknown {
  if (spec.kind === 'other') return spec.other;
  const usual =
    spec.kind === 'traffic'
      ? {
          event_id: token,
          device: `device-${now % 13}`,
          ip: '192.0.2.1',
          receive_bytes: 1,
          send_bytes: 2,
          receive_packets: 3,
          send_packets: 4,
          ts: now,
        }
      : { event_id: token, patient_id: `patient-${now % 7}`, heart_rate: 70, timestamp: now };
  const entries = Object.entries({ ...usual, ...spec.over }).filter(
    ([name]) => !spec.without.some((one) => one === name),
  );
  return { ...Object.fromEntries(entries), token };
}
