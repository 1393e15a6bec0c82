import { Logger } from '@aws-lambda-powertools/logger';
import { ENV } from './env.ts';

type Fields = Readonly<Record<string, unknown>>;

const { [ENV.pipeline]: pipeline, [ENV.stage]: stage } = process.env;

/** The logger behind {@link logger}, for the middleware that tells it about each invocation. */
export const lambdaLogger = new Logger({
  persistentKeys: { ...(pipeline !== undefined && { pipeline }), ...(stage !== undefined && { stage }) },
});

/** Structured logs of the functions: one JSON object a line. Never give it an event's data: it may be personal. */
export const logger = {
  info: (message: string, fields: Fields = {}): void => lambdaLogger.info(message, { ...fields }),
  warn: (message: string, fields: Fields = {}): void => lambdaLogger.warn(message, { ...fields }),
  error: (message: string, fields: Fields = {}): void => lambdaLogger.error(message, { ...fields }),
};
