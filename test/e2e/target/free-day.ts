import { type Api, ask } from '../../support/api-client.ts';

const DAY = 86_400_000;
const FIRST = Date.UTC(2026, 0, 1);

interface Stages {
  readonly stages: readonly {
    readonly pipeline: string;
    readonly watermark: string | null;
    readonly shards: readonly { readonly maxEventTime: string | null }[];
  }[];
}

/**
 * The beginning of a day of event time that a pipeline has seen nothing of, nor anything after it: what the suite sends
 * is on time there, however often it has run against the same deployment.
 *
 * @throws Error when the pipeline has seen the present, as every pipeline in use has
 */
export async function freeDay(api: Api, pipeline: string, now = Date.now()): Promise<number> {
  const { stages } = (await (await ask(api, '/v1/stages')).json()) as Stages;
  const seen = stages
    .filter((stage) => stage.pipeline === pipeline)
    .flatMap(({ watermark, shards }) => [watermark, ...shards.map(({ maxEventTime }) => maxEventTime)])
    .flatMap((time) => (time === null ? [] : [Date.parse(time)]));
  const latest = Math.max(FIRST - 1, ...seen);
  const day = Math.floor(latest / DAY) * DAY + DAY;
  if (day + DAY > now) {
    throw new Error(
      `${pipeline} has seen events of ${new Date(latest).toISOString()}: the suite wants a deployment of its own, such as one with another prefix`,
    );
  }
  return day;
}
