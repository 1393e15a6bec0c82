import { expect, test } from 'vitest';
import { KeyedLock } from '../../../tools/local/keyed-lock.ts';

test('tasks of a key follow each other, whatever becomes of them; other keys do not wait', async () => {
  const lock = new KeyedLock();
  const order: string[] = [];
  let release = (): void => {};
  const held = lock.run('a', () => new Promise<void>((resolve) => (release = resolve)));
  const failing = lock.run('a', async () => {
    order.push('a2');
    throw new Error('no');
  });
  const last = lock.run('a', async () => order.push('a3'));
  await lock.run('b', async () => order.push('b'));
  expect(order).toEqual(['b']);
  release();
  await held;
  await expect(failing).rejects.toThrow('no');
  await last;
  expect(order).toEqual(['b', 'a2', 'a3']);
});
