import { fileURLToPath } from 'node:url';
import { vi } from 'vitest';
import type { Exploration, Search } from './explore.ts';

/** Loads the code under test anew, with a deliberate fault in it, and searches for a schedule that shows it. */
export async function exploreWithFault(name: string, search: Search): Promise<Exploration> {
  vi.resetModules();
  // Loaded after the reset, like the code under test: what a fault replaces must be of the same modules.
  const { DELIBERATE_FAULTS } = await import('./deliberate-faults.ts');
  const fault = DELIBERATE_FAULTS.find((candidate) => candidate.name === name);
  if (fault === undefined) throw new RangeError(`no deliberate fault is called "${name}"`);
  const modules = Object.entries(fault.modules ?? {});
  for (const [path, change] of modules) {
    vi.doMock(fromRoot(path), async (original) => change((await original()) as never));
  }
  if (modules.length > 0) vi.resetModules();
  const { explore } = await import('./explore.ts');
  for (const [path] of modules) vi.doUnmock(fromRoot(path));
  return explore({ ...search, chained: fault.chained, sabotage: fault.sabotage });
}

const fromRoot = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
