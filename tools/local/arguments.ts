import { parseArgs } from 'node:util';

export interface Arguments {
  readonly sample: boolean;
  readonly fresh: boolean;
  readonly port: number;
  readonly shards: number | undefined;
  readonly dataDir: string | undefined;
  readonly help: boolean;
}

/** An option that does not exist or has an impossible value. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const USAGE = `npm start [-- OPTIONS]

  --no-sample   no sample producers: only what you send
  --fresh       forgets what an earlier run kept
  --port N      port of the HTTP API (default: the variable PORT, or 4000)
  --shards N    shards of the streams, when they are made (default 1)
  --data DIR    keeps everything in DIR instead of .millrace
  --help        says this
`;

const DEFAULT_PORT = 4000;

/** @throws UsageError */
export function parseArguments(args: readonly string[], env: NodeJS.ProcessEnv): Arguments {
  const values = parse(args);
  return {
    sample: values['no-sample'] !== true,
    fresh: values.fresh === true,
    port: whole('port', values.port ?? env.PORT ?? String(DEFAULT_PORT), 0, 65_535),
    shards: values.shards === undefined ? undefined : whole('shards', values.shards, 1, 1024),
    dataDir: values.data,
    help: values.help === true,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        'no-sample': { type: 'boolean' },
        fresh: { type: 'boolean' },
        port: { type: 'string' },
        shards: { type: 'string' },
        data: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function whole(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < min || value > max) {
    throw new UsageError(`${name} is "${text}": use a whole number from ${min} to ${max}`);
  }
  return value;
}
