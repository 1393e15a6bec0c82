import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import type { Hints } from '../state/hints.ts';
import { logger } from './logger.ts';

/** What `fire` and `sweep` are invoked with; a schedule names no stage and means all of the pipeline's. */
export interface StageRequest {
  readonly stage?: string;
}

/** Hints as asynchronous invocations: they return when the request is queued, and are only logged when they fail. */
export function lambdaHints(client: LambdaClient, functions: { fire?: string; sweep?: string }): Hints {
  const invoke = async (functionName: string | undefined, stage: string) => {
    if (functionName === undefined) return;
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
