import { fileURLToPath } from 'node:url';
import { Command, InvalidArgumentError } from 'commander';
import { installed } from './python.ts';
import { isHealthy, Server } from './server.ts';

const FOLDER = fileURLToPath(new URL('../../.millrace/ministack', import.meta.url));
/** The port that LocalStack and its like listen on. */
const DEFAULT_PORT = 4566;

const server = new Server(FOLDER);
const program = new Command('npm run ministack --').description(
  'MiniStack, an emulator of AWS, from PyPI in a virtual environment of its own: no Docker, nothing installed elsewhere',
);

program
  .command('start')
  .description('installs it at the first time, starts it in the background, waits until it answers')
  .option('--port <port>', 'where it listens; 0: any free port', parsePort, DEFAULT_PORT)
  .action(async ({ port }: { port: number }) => {
    const running = server.running() ?? (await server.start(installed(FOLDER, console.error), port));
    console.log(`MiniStack runs at ${running.endpoint} (process ${running.pid}), log in ${server.log}`);
    console.log(`export AWS_ENDPOINT_URL=${running.endpoint}`);
  });

program
  .command('stop')
  .description('stops it; what it held is gone')
  .action(async () => {
    const stopped = await server.stop();
    console.log(
      stopped === undefined ? 'MiniStack does not run' : `stopped MiniStack at ${stopped.endpoint}`,
    );
  });

program
  .command('status')
  .description('tells where it runs; status 1 where it does not, or does not answer')
  .action(async () => {
    const running = server.running();
    const answers = running !== undefined && (await isHealthy(running.endpoint));
    console.log(running === undefined ? 'MiniStack does not run' : running.endpoint);
    if (running !== undefined && !answers) console.error('it does not answer');
    process.exitCode = answers ? 0 : 1;
  });

function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw new InvalidArgumentError('use a whole number up to 65535');
  return port;
}

try {
  await program.parseAsync();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
