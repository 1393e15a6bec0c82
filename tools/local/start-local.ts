import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { count } from './count.ts';
import { DEFAULT_DATA_DIR } from './data-dir.ts';
import { DataLock } from './data-lock.ts';
import { Gateway } from './http/gateway.ts';
import { Notices } from './notices.ts';
import { REGION } from './place.ts';
import type { LocalEndpoints, LocalRun } from './run.ts';
import { atMost, Shutdown } from './shutdown.ts';
import { describeMessage } from './sns/messages.ts';
import { startBackends } from './start-backends.ts';
import { startPipeline } from './start-pipeline.ts';
import { assemblyOf } from './synth/assembly-cache.ts';
import { loadModel } from './template/load.ts';

export interface StartOptions {
  /** Where everything is kept; `.millrace` in the project by default. */
  readonly dataDir?: string;
  /** Port of the HTTP API; any free one by default. */
  readonly port?: number;
  /** Shards of the streams, when they are created; the template's own number by default. */
  readonly shards?: number | undefined;
  /** Forgets what an earlier run kept. */
  readonly fresh?: boolean;
  /** A cloud assembly to run instead of the project's own. */
  readonly assembly?: string;
  /** Told each step of starting when it is done. */
  readonly onProgress?: (text: string) => void;
  /** Processes per function at most; by default 4, or the shards of the widest stream. */
  readonly maxProcesses?: number;
  /** How long running work may take to end when the run stops, in milliseconds. */
  readonly drainMs?: number;
  /** Says where functions find the services instead: behind what makes them fail, for example. */
  readonly endpointsOf?: (endpoints: LocalEndpoints) => Promise<LocalEndpoints>;
}

/** Where the HTTP API of a local run lists what was published to topics, the newest first. */
export const ALERTS_PATH = '/local/alerts';

/** What `fresh` removes: everything but the cache of assemblies, which depends on the sources alone. */
const KEPT_DATA = ['kinesis', 'dynamodb', 's3', 'sns', 'secrets', 'checkpoints', 'logs'];
const DRAIN_MS = 10_000;

/**
 * Starts the synthesized application on this machine and resolves when it is ready. A start that fails leaves nothing
 * running.
 *
 * @throws DataInUseError when another run uses the data folder; SynthesisError, TemplateError when the application cannot
 * be run; Error with code EADDRINUSE when the port is taken
 */
export async function startLocal(options: StartOptions = {}): Promise<LocalRun> {
  const shutdown = new Shutdown();
  try {
    return await start(options, shutdown);
  } catch (error) {
    await shutdown.run();
    throw error;
  }
}

async function start(options: StartOptions, shutdown: Shutdown): Promise<LocalRun> {
  const { onProgress = () => {}, port = 0, drainMs = DRAIN_MS } = options;
  const dataDir = resolve(options.dataDir ?? DEFAULT_DATA_DIR);
  const notices = new Notices();
  const lock = DataLock.acquire(dataDir);
  shutdown.add(() => lock.release());
  if (options.fresh)
    for (const name of KEPT_DATA) rmSync(join(dataDir, name), { recursive: true, force: true });
  mkdirSync(join(dataDir, 'logs'), { recursive: true });

  const gateway = new Gateway();
  const url = `http://127.0.0.1:${await gateway.listen(port)}`;
  shutdown.add(() => gateway.end());
  lock.announce(url);

  const [directory, started] = await Promise.all([
    findAssembly(options, onProgress),
    startBackends({ dataDir, notice: notices.say, shutdown, onProgress }),
  ]);
  const endpoints = (await options.endpointsOf?.(started.endpoints)) ?? started.endpoints;
  const backends = { ...started, endpoints };
  const model = loadModel(directory, url);
  const pipeline = await startPipeline({
    model,
    backends,
    dataDir,
    notice: notices.say,
    shutdown,
    maxProcesses: options.maxProcesses,
    onProgress,
  });
  backends.messages.onMessage((message) => notices.announce(describeMessage(message)));
  const extras = new Map([[ALERTS_PATH, () => backends.messages.list()]]);
  gateway.open(model.routes, pipeline.invoke, extras, model.cors);
  onProgress(`${count(model.routes, 'route')} at ${url}`);

  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    await atMost(drainMs, Promise.all([gateway.close(), pipeline.drain()]));
    await shutdown.run();
  };
  return {
    url,
    endpoints,
    region: REGION,
    outputs: model.outputs,
    streams: model.streams.map(({ name }) => name),
    tables: model.tables.map(({ name }) => name),
    buckets: model.buckets,
    topics: model.topics,
    functions: model.functions.map(({ name, label }) => ({ name, label })),
    dataDir,
    leftOut: model.leftOut,
    pids: pipeline.pids,
    onNotice: (listener) => notices.listen(listener),
    stop() {
      stopped ??= stop();
      return stopped;
    },
  };
}

async function findAssembly(
  { assembly, shards }: StartOptions,
  onProgress: (text: string) => void,
): Promise<string> {
  if (assembly !== undefined) return assembly;
  const { directory, cached } = await assemblyOf({ shards });
  onProgress(cached ? 'the application is synthesized already' : 'synthesized the application');
  return directory;
}
