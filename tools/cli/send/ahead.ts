/**
 * Reads one item ahead: the next is read while the present one is being sent.
 *
 * @param stop - ends reading with its reason, even where it waits for input that never comes
 */
export async function* ahead<T>(source: AsyncGenerator<T>, stop: AbortSignal): AsyncGenerator<T> {
  const read = () => {
    const next = source.next();
    // An error is thrown when its turn comes; until then nobody waits for the promise.
    next.catch(() => {});
    return next;
  };
  let next = read();
  try {
    for (;;) {
      const result = await orStopped(next, stop);
      if (result.done === true) return;
      next = read();
      yield result.value;
    }
  } finally {
    // Not awaited: a read of standard input that is under way may never end.
    source.return(undefined).catch(() => {});
  }
}

/** Not `Promise.race` with one promise that lives long: that would keep every result until the end. */
function orStopped<T>(promise: Promise<T>, stop: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const end = () => reject(stop.reason);
    if (stop.aborted) return end();
    stop.addEventListener('abort', end);
    promise.then(resolve, reject).finally(() => stop.removeEventListener('abort', end));
  });
}
