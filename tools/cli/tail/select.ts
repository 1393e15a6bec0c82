import { HEARTBEAT_TYPE } from '../../../shared/events/heartbeat.ts';
import { filterStages, type Pipeline } from '../../../shared/pipeline/index.ts';
import { type Deployed, streamOutput } from '../../deployed/deployed.ts';
import type { Item } from './decode.ts';

/** No stream is meant. */
export class NoStreamError extends Error {
  override readonly name = 'NoStreamError';
}

const ROLES = ['events', 'results', 'late'];

/**
 * The streams that a name means: `events`, `results`, `late` or a filter stage, of all pipelines that have it or, as
 * `pipeline/results`, of one; or the name of a stream itself.
 *
 * @throws NoStreamError naming what there is
 */
export function streamsOf(
  name: string,
  { outputs }: Pick<Deployed, 'outputs'>,
  pipelines: readonly Pipeline[],
): string[] {
  const choices = pipelines.flatMap((pipeline) =>
    [...ROLES, ...filterStages(pipeline).map((stage) => stage.name)].map((role) => ({
      role,
      full: `${pipeline.name}/${role}`,
      stream: outputs[streamOutput(pipeline.name, role)],
    })),
  );
  const found = choices.filter(({ role, full, stream }) => [role, full, stream].includes(name));
  const streams = found.flatMap(({ stream }) => (stream === undefined ? [] : [stream]));
  if (streams.length > 0) return streams;
  throw new NoStreamError(
    `there is no stream "${name}": use ${ROLES.join(', ')}, or one of ${choices.map(({ full }) => full).join(', ')}`,
  );
}

/** What of a stream is wanted. */
export interface Wanted {
  /** Types of events, or names of stages for what they write: any of them; all but heartbeats where there are none. */
  readonly types: readonly string[];
  readonly keys: readonly string[];
}

/** Whether an item is wanted; what is no event has neither type nor key and is wanted where nothing is chosen. */
export function isWanted({ content }: Item, { types, keys }: Wanted): boolean {
  if ('reason' in content) return types.length === 0 && keys.length === 0;
  const { type, key } = content;
  const isOfType = types.some((wanted) => type === wanted || type.startsWith(`${wanted}.`));
  return (
    (types.length === 0 ? type !== HEARTBEAT_TYPE : isOfType) && (keys.length === 0 || keys.includes(key))
  );
}
