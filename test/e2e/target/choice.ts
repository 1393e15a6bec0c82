/** Which target the suite runs against, as the runner tells it. */
export type Choice =
  | { readonly kind: 'embedded' }
  | {
      readonly kind: 'emulator' | 'aws';
      /** Of an emulator. */
      readonly endpoint?: string | undefined;
      readonly prefix: string;
      readonly environment: string;
    };

const VARIABLE = 'MILLRACE_E2E';

/** Without a runner, as under `npm test`, it is the embedded one, whatever the shell says of AWS. */
export function readChoice(env: NodeJS.ProcessEnv = process.env): Choice {
  const text = env[VARIABLE];
  return text === undefined ? { kind: 'embedded' } : (JSON.parse(text) as Choice);
}

export const writeChoice = (choice: Choice): Record<string, string> => ({
  [VARIABLE]: JSON.stringify(choice),
});
