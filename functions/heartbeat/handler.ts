import { createKinesisClient } from '../../shared/runtime/clients/kinesis.ts';
import { ENV, requireEnv } from '../../shared/runtime/env.ts';
import { observed } from '../../shared/runtime/observed.ts';
import { sendHeartbeats } from '../../shared/streams/heartbeats.ts';

const kinesis = createKinesisClient();
const stream = requireEnv(ENV.eventsStream);
const pipeline = requireEnv(ENV.pipeline);

export const handler = observed<unknown, void>().handler(async () => {
  await sendHeartbeats(kinesis, stream, pipeline, Date.now());
});
