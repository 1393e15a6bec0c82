/**
 * A local run in a process of its own, for tests that kill it: `local-run-process.ts <assembly> <data folder>`. Tells its
 * parent where it is, and stops when it is asked to.
 */
import { startLocal } from '../../tools/local/start-local.ts';

const [, , assembly, dataDir] = process.argv;
const run = await startLocal({ assembly, dataDir: dataDir ?? '' });
process.send?.({ url: run.url, endpoints: run.endpoints });
process.on('message', async (message) => {
  if (message !== 'stop') return;
  await run.stop();
  process.exit(0);
});
