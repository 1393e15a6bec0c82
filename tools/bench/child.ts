import { fork } from 'node:child_process';

export interface ChildOptions {
  readonly args?: readonly string[];
  /** Flags of Node. */
  readonly flags?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * Runs a module in a process of its own and returns the message that it sends.
 *
 * @throws Error when the process ends without one
 */
export function runModule<Message>(
  file: string,
  { args = [], flags = [], env }: ChildOptions,
): Promise<Message> {
  return new Promise((resolve, reject) => {
    let message: Message | undefined;
    const child = fork(file, [...args], {
      execArgv: [...flags],
      env: { ...process.env, ...env },
    });
    child.once('message', (received) => {
      message = received as Message;
    });
    child.once('error', reject);
    child.once('exit', (code) => {
      if (message === undefined) reject(new Error(`${file} ended with ${code} and no result`));
      else resolve(message);
    });
  });
}
