import { expect, test } from 'vitest';
import type { Outcome } from '../../../../tools/local/functions/outcome.ts';
import { FunctionPool } from '../../../../tools/local/functions/pool.ts';
import type { FunctionProcess } from '../../../../tools/local/functions/process.ts';

/** A process that answers when it is told to. */
class Fake {
  affinity: string | undefined;
  alive = true;
  payload: string | undefined;
  #resolve: (outcome: Outcome) => void = () => {};
  #end: () => void = () => {};
  readonly ended = new Promise<void>((resolve) => {
    this.#end = resolve;
  });

  get idle(): boolean {
    return this.alive && this.payload === undefined;
  }

  invoke(payload: string): Promise<Outcome> {
    this.payload = payload;
    return new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  finish(): void {
    const payload = this.payload ?? '';
    this.payload = undefined;
    this.#resolve({ ok: true, requestId: '', payload });
  }

  die(): void {
    this.alive = false;
    this.#resolve({ ok: false, requestId: '', error: { errorType: 'dead', errorMessage: '' } });
    this.#end();
  }

  async stop(): Promise<void> {
    this.die();
  }
}

function pool(limit: number) {
  const processes: Fake[] = [];
  const spawn = () => {
    processes.push(new Fake());
    return processes.at(-1) as unknown as FunctionProcess;
  };
  return { subject: new FunctionPool(spawn, limit), processes };
}
const working = (processes: Fake[]) => processes.map(({ payload }) => payload);

test('a process works on one event at a time, and is used again', async () => {
  const { subject, processes } = pool(2);
  const [a, b, c] = ['a', 'b', 'c'].map((payload) => subject.invoke(payload));
  expect(working(processes)).toEqual(['a', 'b']);
  processes[1]!.finish();
  expect(await b).toMatchObject({ payload: 'b' });
  expect(working(processes)).toEqual(['a', 'c']);
  processes[0]!.finish();
  processes[1]!.finish();
  expect([await a, await c]).toMatchObject([{ payload: 'a' }, { payload: 'c' }]);
});

test('a shard goes to the process it had, a new shard to a new process', async () => {
  const { subject, processes } = pool(3);
  for (const shard of ['s0', 's1']) {
    const done = subject.invoke(shard, shard);
    processes.at(-1)!.finish();
    await done;
  }
  expect(processes).toHaveLength(2);
  void subject.invoke('again', 's1');
  expect(working(processes)).toEqual([undefined, 'again']);
});

test('at the limit any idle process will do', async () => {
  const { subject, processes } = pool(1);
  const done = subject.invoke('first', 's0');
  processes[0]!.finish();
  await done;
  void subject.invoke('second', 's1');
  expect(working(processes)).toEqual(['second']);
});

test('a process that dies fails its event and is replaced', async () => {
  const { subject, processes } = pool(1);
  const [first, second] = [subject.invoke('first'), subject.invoke('second')];
  processes[0]!.die();
  expect(await first).toMatchObject({ ok: false });
  expect(working(processes)).toEqual(['first', 'second']);
  processes[1]!.finish();
  expect(await second).toMatchObject({ ok: true });
});

test('stopping fails what runs and what waits, and starts nothing', async () => {
  const { subject, processes } = pool(1);
  const all = ['a', 'b'].map((payload) => subject.invoke(payload));
  await subject.stop();
  expect(await Promise.all(all)).toMatchObject([{ ok: false }, { ok: false }]);
  expect(processes).toHaveLength(1);
});
