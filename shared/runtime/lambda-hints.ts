import { setTimeout as sleep } from 'node:timers/promises';
import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import type { Hints } from '../state/hints.ts';
import { logger } from './logger.ts';

/** What `fire` and `sweep` are invoked with; a schedule names no stage and means all of the pipeline's. */
export interface StageRequest {
  readonly stage?: string;
}

/** A burst of batches makes this many hints a second at most. */
const INTERVAL_MS = 200;

/**
 * Hints as asynchronous invocations: they return when the request is queued, and are only logged when they fail. In a burst
 * they wait for each other; none is dropped, because the last one may be the one that matters.
 */
export function lambdaHints(client: LambdaClient, functions: { fire?: string; sweep?: string }): Hints {
  let next = 0;
  const invoke = async (functionName: string | undefined, stage: string) => {
    if (functionName === undefined) return;
    const wait = next - Date.now();
    next = Math.max(next, Date.now()) + INTERVAL_MS;
    if (wait > 0) await sleep(wait);
    try {
      const request: StageRequest = { stage };
      await client.send(
        new InvokeCommand({
          FunctionName: functionName,
          InvocationType: 'Event',
          Payload: Buffer.from(JSON.stringify(request)),
        }),
      );
    } catch (error) {
      // The next sweep sees what this hint would have said.
      logger.warn('a hint was lost', { function: functionName, stage, error });
    }
  };
  return {
    fire: (stage) => invoke(functions.fire, stage),
    sweep: (stage) => invoke(functions.sweep, stage),
  };
}
