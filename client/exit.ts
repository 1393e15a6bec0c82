/** What a client and anything like it has. */
interface Closable {
  close(timeout?: number): Promise<void>;
}

interface SignalSource {
  readonly pid: number;
  on(signal: string, listener: () => void): unknown;
  off(signal: string, listener: () => void): unknown;
  kill(pid: number, signal: string): unknown;
}

/**
 * Has a process that is told to end close a client first, for at most `timeout` milliseconds, and end then as it would have.
 * For Node; a process that has nothing left to do sends what is waiting by itself.
 *
 * @returns what undoes it
 */
export function closeOnSignals(
  client: Closable,
  signals: readonly string[] = ['SIGINT', 'SIGTERM'],
  timeout?: number,
): () => void {
  const { process } = globalThis as unknown as { process: SignalSource };
  const undo = () => {
    for (const [signal, listener] of listeners) process.off(signal, listener);
  };
  const listeners = signals.map((signal): [string, () => void] => [
    signal,
    () => {
      // The second time nothing holds the process any more.
      undo();
      client.close(timeout).finally(() => process.kill(process.pid, signal));
    },
  ]);
  for (const [signal, listener] of listeners) process.on(signal, listener);
  return undo;
}
