import { HEARTBEAT_TYPE } from '../events/heartbeat.ts';
import { lateLine } from './late-row.ts';
import { LATE_PREFIX, RAW_PREFIX, RESULTS_PREFIX } from './layout.ts';
import { type Line, rawLine } from './raw-row.ts';
import { resultLine } from './result-row.ts';

/** A stream of a pipeline that is landed in the lake, and as what. */
export interface Landing {
  /** Names the place of its heads in the state table. */
  readonly name: 'raw' | 'late' | 'results';
  /** Where its objects lie. */
  readonly prefix: string;
  /** The name under which what is no row of it is set aside. */
  readonly stage: string;
  readonly line: Line;
}

/** Heartbeats are in the streams of late events and of results as well, and are neither. */
const withoutHeartbeats =
  (line: Line): Line =>
  (event, place) =>
    event.type === HEARTBEAT_TYPE ? undefined : line(event, place);

/** Every event as it came, heartbeats too: it holds all that was in the stream. */
export const RAW: Landing = { name: 'raw', prefix: RAW_PREFIX, stage: 'lake', line: rawLine };
/** What came too late for the windows of a stage. */
export const LATE: Landing = {
  name: 'late',
  prefix: LATE_PREFIX,
  stage: 'lake-late',
  line: withoutHeartbeats(lateLine),
};
/** What windows came to, every revision. */
export const RESULTS: Landing = {
  name: 'results',
  prefix: RESULTS_PREFIX,
  stage: 'lake-results',
  line: withoutHeartbeats(resultLine),
};

/** What landing keeps its heads under, in the place of a stage's name: that of raw events is the pipeline's own. */
export const headsName = (pipeline: string, { name }: Landing): string =>
  name === 'raw' ? pipeline : `${pipeline}/${name}`;
