import { runAsDeployed } from '../../../tools/deployed/deployed.ts';
import type { Message } from '../../../tools/local/sns/messages.ts';
import { ALERTS_PATH } from '../../../tools/local/start-local.ts';
import { EVENTUALLY } from '../../support/api-client.ts';
import { startTestRun } from '../../support/test-run.ts';
import type { Target } from './target.ts';

/** Starts a local run of its own. */
export async function openEmbedded(): Promise<Target> {
  const { run, remove } = await startTestRun({ drainMs: 0 });
  return {
    kind: 'embedded',
    api: { url: run.url, key: 'local' },
    deployed: runAsDeployed(run),
    queryNeedsKey: false,
    patience: EVENTUALLY,
    alerts: async () => (await (await fetch(`${run.url}${ALERTS_PATH}`)).json()) as Message[],
    close: remove,
  };
}
