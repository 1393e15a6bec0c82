import type { Command } from 'commander';
import { faultMessage } from '../../../shared/runtime/faults.ts';
import { colors as pc } from '../../colors.ts';
import { addPlaceOptions, type PlaceOptions } from '../place.ts';
import { describeFindings, type Finding, type Level, runChecks, statusOf } from './finding.ts';

const FAILED = 2;

interface Options extends PlaceOptions {
  readonly json?: boolean;
}

/** Adds `millrace doctor` to the program. */
export function addDoctorCommand(program: Command): void {
  const command = program
    .command('doctor')
    .summary('say what is wrong, and what to do')
    .description(
      'Looks at this machine and at a Millrace: versions, credentials, quotas, stacks, functions, alarms, stages.\n' +
        'Exit status: 0 nothing is wrong (there may be warnings), 1 there are problems, 2 it could not look.',
    )
    .option('--json', 'print the findings as a JSON array')
    .action(async (options: Options) => {
      try {
        const findings = await examine(options);
        console.log(
          options.json === true ? JSON.stringify(findings, null, 2) : describeFindings(findings, paint),
        );
        process.exitCode = statusOf(findings);
      } catch (error) {
        console.error(faultMessage(error));
        process.exitCode = FAILED;
      }
    });
  addPlaceOptions(command);
}

/** The SDK is loaded only here, and of it only what is needed: it would slow down every other command. */
async function examine(options: PlaceOptions): Promise<Finding[]> {
  const [{ machineChecks }, locating] = await Promise.all([
    import('./checks/machine.ts'),
    import('../locate.ts'),
  ]);
  const machine = await runChecks(machineChecks());
  const { data, env, prefix } = options;
  if (locating.meansLocalRun(options)) {
    const { localRunChecks } = await import('./checks/local-run.ts');
    return [...machine, ...(await runChecks(localRunChecks(locating.readRun(data), data)))];
  }
  const { examineDeployment } = await import('./deployment.ts');
  const place = locating.deploymentPlace();
  return [
    ...machine,
    ...(await examineDeployment(place, { prefix, environment: env ?? locating.DEFAULT_ENVIRONMENT })),
  ];
}

function paint(level: Level, text: string): string {
  const painters = { ok: pc.green, warning: pc.yellow, problem: pc.red, unknown: pc.dim };
  return painters[level](text);
}
