/**
 * `npm run audit`: asks the registry for known weaknesses of the dependencies, and fails from severity "high" on. Mirrors of the registry
 * often cannot answer: then this says so and succeeds, with `--require` it fails.
 */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

interface Answer {
  readonly message?: string;
  readonly metadata?: { readonly vulnerabilities: Readonly<Record<string, number>> };
}

const { values } = parseArgs({ options: { require: { type: 'boolean', default: false } } });
const { stdout } = spawnSync('npm', ['audit', '--json'], {
  encoding: 'utf8',
  maxBuffer: 64 * 1024 * 1024,
  shell: process.platform === 'win32',
});
const { message, metadata } = answerOf(stdout);
if (metadata === undefined) {
  console.log(`dependencies not audited: ${message ?? 'npm did not answer'}`);
  if (values.require) process.exitCode = 1;
} else {
  const { high = 0, critical = 0, total = 0 } = metadata.vulnerabilities;
  console.log(`known weaknesses: ${total}, of which ${high} high and ${critical} critical`);
  if (high + critical > 0) {
    console.log('npm audit says which, and what repairs them');
    process.exitCode = 1;
  }
}

function answerOf(text: string): Answer {
  try {
    return JSON.parse(text) as Answer;
  } catch {
    return {};
  }
}
