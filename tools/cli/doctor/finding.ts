/** `problem`: something does not work; `warning`: it will not for long, or works worse than it should; `unknown`: not to be told. */
export type Level = 'ok' | 'warning' | 'problem' | 'unknown';

/** What a check found. */
export interface Finding {
  /** What was looked at, in a word or two. */
  readonly about: string;
  readonly level: Level;
  readonly text: string;
  /** What to do about it. */
  readonly advice?: string | undefined;
}

/** Looks at one thing. What it throws is a finding, too. */
export interface Check {
  readonly about: string;
  run(): Promise<Finding[]> | Finding[];
}

/** Errors by which AWS says that whoever asks may not. */
const DENIED = /AccessDenied|Unauthorized|NotAuthorized|Forbidden/;

/** Runs checks, several at a time, and returns what they found in their order. */
export async function runChecks(checks: readonly Check[]): Promise<Finding[]> {
  const findings = await Promise.all(
    checks.map(async ({ about, run }): Promise<Finding[]> => {
      try {
        return await run();
      } catch (error) {
        const { name = '', message = String(error) } = error as Partial<Error>;
        const denied = DENIED.test(name);
        return [
          {
            about,
            level: 'unknown',
            text: `could not be checked: ${message}`,
            advice: denied ? 'allow these credentials the call that it names, or use others' : undefined,
          },
        ];
      }
    }),
  );
  return findings.flat();
}

/** Writes findings for people; what is fine takes a line, what is not takes its advice. */
export function describeFindings(
  findings: readonly Finding[],
  paint: (level: Level, text: string) => string,
): string {
  const width = Math.max(...findings.map(({ about }) => about.length));
  const marks: Record<Level, string> = {
    ok: 'ok',
    warning: 'warning',
    problem: 'PROBLEM',
    unknown: 'unknown',
  };
  return findings
    .flatMap(({ about, level, text, advice }) => [
      `${paint(level, marks[level].padEnd(7))}  ${about.padEnd(width)}  ${text}`,
      ...(advice === undefined || level === 'ok' ? [] : [`${' '.repeat(width + 11)}-> ${advice}`]),
    ])
    .join('\n');
}

/** 0: nothing is wrong, though there may be warnings; 1: there are problems. */
export const statusOf = (findings: readonly Finding[]): 0 | 1 =>
  findings.some(({ level }) => level === 'problem') ? 1 : 0;
