import { readChoice } from './choice.ts';
import { openDeployed } from './deployed.ts';
import { openEmbedded } from './embedded.ts';
import type { Target } from './target.ts';

/**
 * Opens the target that was chosen.
 *
 * @param pipeline - the one whose alerts are wanted
 */
export async function openTarget(pipeline: string): Promise<Target> {
  const choice = readChoice();
  return choice.kind === 'embedded' ? openEmbedded() : openDeployed(choice, pipeline);
}
