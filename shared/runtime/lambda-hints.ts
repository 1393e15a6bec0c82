import { setTimeout as sleep } from 'node:timers/promises';
import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import type { BucketHint } from '../state/fire-outputs.ts';
import type { Hints } from '../state/hints.ts';
import { logger } from './logger.ts';

/** What `fire` and `sweep` are invoked with; a schedule names no stage and means all of the pipeline's. */
export interface StageRequest {
  readonly stage?: string;
}

/** What `fire` may also be invoked with. */
export interface FireRequest extends StageRequest {
  /** Take part in the firing of a window with too many keys for one, beginning with this bucket. */
  readonly bucket?: BucketHint;
  /** Put a heartbeat behind the results that are due; when it was sent, epoch milliseconds. */
  readonly heartbeat?: number;
}

/** A burst of batches makes this many hints a second at most. */
const INTERVAL_MS = 200;

/**
 * Hints as asynchronous invocations: they return when the request is queued, and are only logged when they fail. In a burst
 * they wait for each other; none is dropped, because the last one may be the one that matters.
 */
export function lambdaHints(client: LambdaClient, functions: { fire?: string; sweep?: string }): Hints {
  let next = 0;
  const hint = async (functionName: string | undefined, stage: string) => {
    if (functionName === undefined) return;
    const wait = next - Date.now();
    next = Math.max(next, Date.now()) + INTERVAL_MS;
    if (wait > 0) await sleep(wait);
    await invoke(client, functionName, { stage });
  };
  return {
    fire: (stage) => hint(functions.fire, stage),
    sweep: (stage) => hint(functions.sweep, stage),
  };
}

/** Asks a fire function to take part in a firing: at once, since each of these means another bucket. */
export const bucketHints =
  (client: LambdaClient, fire: string) =>
  (bucket: BucketHint): Promise<void> =>
    invoke(client, fire, { stage: bucket.stage, bucket });

/** Hands a heartbeat of a stage on to its fire function. Never rejects. */
export const heartbeatHints =
  (client: LambdaClient, fire: string) =>
  (stage: string, heartbeat: number): Promise<void> =>
    invoke(client, fire, { stage, heartbeat });

async function invoke(client: LambdaClient, functionName: string, request: FireRequest): Promise<void> {
  try {
    await client.send(
      new InvokeCommand({
        FunctionName: functionName,
        InvocationType: 'Event',
        Payload: Buffer.from(JSON.stringify(request)),
      }),
    );
  } catch (error) {
    // The next sweep sees what this hint would have said; the next heartbeat is a minute away.
    logger.warn('a hint was lost', { function: functionName, stage: request.stage, error });
  }
}
