import type { StageResults, Values } from './windows.ts';

interface Page {
  readonly items: readonly { readonly key: string; readonly start: string; readonly values: Values }[];
  readonly cursor: string | null;
}

/**
 * Reads all results of a stage with a start from `first` up to and including `last` (ISO 8601) from a running Millrace.
 *
 * @throws Error when a result is listed twice
 */
export async function fetchResults(
  url: string | URL,
  stage: string,
  first: string,
  last: string,
  key = 'local',
): Promise<StageResults> {
  const found = new Map<string, Values>();
  let cursor: string | null = null;
  do {
    // The API of an emulator is below a path.
    const address = new URL(`v1/windows/${stage}`, `${String(url).replace(/\/$/, '')}/`);
    address.searchParams.set('from', first);
    address.searchParams.set('to', String(Date.parse(last) + 1));
    address.searchParams.set('limit', '10000');
    if (cursor !== null) address.searchParams.set('cursor', cursor);
    const response = await fetch(address, { headers: { 'x-api-key': key } });
    if (!response.ok) throw new Error(`${address} answers ${response.status}: ${await response.text()}`);
    const page = (await response.json()) as Page;
    for (const item of page.items) {
      const place = `${item.start} ${item.key}`;
      if (found.has(place)) throw new Error(`${stage} ${place} is listed twice`);
      found.set(place, item.values);
    }
    cursor = page.cursor;
  } while (cursor !== null);
  return found;
}

/**
 * Compares expected results with what a running Millrace answers, value by value. Windows outside the span of the
 * expected ones are not looked at.
 *
 * @param tolerance - how far numbers may be off, relative to themselves
 * @returns what is missing, too much, or different; nothing when all is equal
 */
export async function compareResults(
  url: string | URL,
  expected: ReadonlyMap<string, StageResults>,
  key?: string,
  tolerance = 0,
): Promise<string[]> {
  const wrong: string[] = [];
  for (const [stage, results] of expected) {
    const starts = [...results.keys()].map((place) => place.slice(0, place.indexOf(' '))).sort();
    const [first, last] = [starts[0], starts.at(-1)];
    if (first === undefined || last === undefined) continue;
    const found = await fetchResults(url, stage, first, last, key);
    wrong.push(...differences(stage, results, found, tolerance));
  }
  return wrong;
}

function* differences(
  stage: string,
  expected: StageResults,
  found: StageResults,
  tolerance: number,
): Generator<string> {
  for (const [place, values] of expected) {
    const answer = found.get(place);
    if (answer === undefined) yield `${stage} ${place}: missing`;
    else if (!equal(values, answer, tolerance)) {
      yield `${stage} ${place}: expected ${JSON.stringify(values)}, found ${JSON.stringify(answer)}`;
    }
  }
  for (const place of found.keys()) {
    if (!expected.has(place)) yield `${stage} ${place}: not expected`;
  }
}

const equal = (a: Values, b: Values, tolerance: number): boolean =>
  Object.keys(a).length === Object.keys(b).length &&
  Object.keys(a).every((name) => a[name] === b[name] || isClose(a[name], b[name], tolerance));

const isClose = (a: unknown, b: unknown, tolerance: number): boolean =>
  typeof a === 'number' && typeof b === 'number' && Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(a));
