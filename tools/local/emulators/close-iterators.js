import { createRequire } from 'node:module';

/**
 * Lets dynalite's streams close the database iterators that they read from. They call `return` for it, which iterators of this
 * version of LevelDB's binding do not have, so every query would leave one open: it holds its blocks in memory, and
 * keeps every file that it could still read from being deleted (5 GB after 600,000 writes).
 */
export function closeIterators() {
  const { Level } = createRequire(createRequire(import.meta.url).resolve('dynalite'))('level');
  for (const method of ['keys', 'values']) {
    const open = Level.prototype[method];
    Level.prototype[method] = function (...options) {
      const iterator = open.apply(this, options);
      iterator.return ??= () => iterator.close();
      return iterator;
    };
  }
}
