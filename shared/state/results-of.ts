import { resultWriter } from '../results/result.ts';
import type { EmittedResult } from './fire-outputs.ts';
import type { MergedWindow } from './merge.ts';
import type { StageContext } from './stage-context.ts';

/**
 * One result per key: all keys at first and at last, in between those whose values changed.
 *
 * @param keys - of which; by default all, in the order in which they were merged
 */
export function* resultsOf(
  context: StageContext,
  { firing, current, previous }: MergedWindow,
  keys: Iterable<string> = current.keys,
): Generator<EmittedResult> {
  const { revision, final } = firing.firing;
  const { start } = firing.window;
  const write = resultWriter({
    pipeline: context.pipeline,
    stage: context.name,
    ...firing.window,
    revision,
    final,
  });
  for (const key of keys) {
    const values = current.valuesOf(key, start);
    if (values === undefined) continue;
    if (previous !== undefined) {
      const before = previous.valuesOf(key, start);
      if (before !== undefined && JSON.stringify(before) === JSON.stringify(values)) continue;
    }
    yield { key, event: write(key, values) };
  }
}
