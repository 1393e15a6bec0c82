import type { UserAggregate, WindowStage } from '../pipeline/index.ts';
import type { Row } from './recomputed-row.ts';

/** The declaration's own aggregates of a stage, by the name of their value. */
export const ownAggregates = ({ values }: WindowStage): readonly (readonly [string, UserAggregate])[] =>
  Object.entries(values).flatMap(([name, aggregate]) =>
    aggregate.kind === 'user' ? [[name, aggregate] as const] : [],
  );

/** The fields that they read, each once. */
export const ownFields = (stage: WindowStage): string[] => [
  ...new Set(ownAggregates(stage).flatMap(([, { fields }]) => fields)),
];

/** What the declaration's own aggregates come to in one window of one key. */
export interface OwnValues {
  readonly ws: number;
  readonly we: number;
  readonly k: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/**
 * Folds rows with the declaration's own code, window by window and key by key.
 *
 * @param rows - as `ownRowsSql` gives them: sorted, with the fields from the fifth column on
 */
export async function* foldOwn(stage: WindowStage, rows: AsyncIterable<Row>): AsyncGenerator<OwnValues> {
  const aggregates = ownAggregates(stage);
  const fields = ownFields(stage);
  let group: Group | undefined;
  for await (const row of rows) {
    const [ws, we, k, t, ...found] = Object.values(row);
    const place = { ws: Number(ws), we: Number(we), k: String(k) };
    if (group === undefined || group.ws !== place.ws || group.we !== place.we || group.k !== place.k) {
      if (group !== undefined) yield ended(group);
      group = { ...place, folds: aggregates.map(([name, aggregate]) => newFold(name, aggregate)) };
    }
    const data = Object.fromEntries(
      fields.map((field, index) => {
        const json = found[index];
        return [field, typeof json === 'string' ? (JSON.parse(json) as unknown) : undefined];
      }),
    );
    for (const fold of group.folds) addTo(fold, data, Number(t));
  }
  if (group !== undefined) yield ended(group);
}

interface Fold {
  readonly name: string;
  readonly aggregate: UserAggregate;
  partial: unknown;
  error: string | undefined;
}

interface Group {
  readonly ws: number;
  readonly we: number;
  readonly k: string;
  readonly folds: readonly Fold[];
}

const newFold = (name: string, aggregate: UserAggregate): Fold => ({
  name,
  aggregate,
  partial: aggregate.functions.create(),
  error: undefined,
});

function addTo(fold: Fold, data: Readonly<Record<string, unknown>>, time: number): void {
  const { fields, functions } = fold.aggregate;
  const own = Object.fromEntries(fields.map((field) => [field, data[field]]));
  attempt(fold, 'add', () => {
    fold.partial = functions.add(fold.partial, own, time);
  });
}

function attempt(fold: Fold, what: string, run: () => void): void {
  if (fold.error !== undefined) return;
  try {
    run();
  } catch (error) {
    fold.error = `${what}: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function ended({ ws, we, k, folds }: Group): OwnValues {
  const values = folds.map((fold) => {
    let value: unknown = null;
    attempt(fold, 'result', () => {
      value = fold.aggregate.functions.result(fold.partial);
    });
    return [fold.name, fold.error === undefined ? value : { error: fold.error }] as const;
  });
  return { ws, we, k, values: Object.fromEntries(values) };
}
