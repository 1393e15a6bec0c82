import { asWritten } from '../../events/as-written.ts';
import type { UserAggregate } from '../../pipeline/index.ts';
import { faultMessage } from '../../runtime/faults.ts';
import type { ResultValue } from '../types.ts';
import type { Sketch } from './sketch.ts';

/** A partial of a user-defined aggregate, or what went wrong with it. */
export type UserPartial = { readonly value: unknown } | { readonly error: string };

export interface UserSketch extends Sketch<UserPartial, Readonly<Record<string, unknown>>> {
  result(partial: UserPartial): ResultValue;
}

const WHOLE = 0;
const BROKEN = 1;

/**
 * Runs a user-defined aggregate. Where its `add` throws the event is set aside; where another function does, the partial is
 * replaced by the error's message, which becomes the key's value: a window must fire whatever one of its values does.
 */
export function userSketch({ functions, fields }: UserAggregate): UserSketch {
  const attempt = (what: string, run: () => UserPartial): UserPartial => {
    try {
      return run();
    } catch (error) {
      return failed(what, error);
    }
  };
  return {
    create: () => ({ value: atOnce(functions.create()) }),
    add(partial, data, _, time) {
      if ('error' in partial) return partial;
      const own = Object.fromEntries(fields.map((field) => [field, data[field]]));
      return { value: atOnce(functions.add(partial.value, own, time)) };
    },
    merge(into, from) {
      if ('error' in into) return 'error' in from && from.error < into.error ? from : into;
      if ('error' in from) return from;
      return attempt('merge', () => ({ value: atOnce(functions.merge(into.value, from.value)) }));
    },
    encode(partial) {
      let kept = partial;
      if ('value' in kept) {
        try {
          return marked(WHOLE, atOnce(functions.encode(kept.value)));
        } catch (error) {
          kept = failed('encode', error);
        }
      }
      return marked(BROKEN, new TextEncoder().encode(kept.error));
    },
    decode(bytes) {
      const body = bytes.subarray(1);
      if (bytes[0] === BROKEN) return { error: new TextDecoder().decode(body) };
      return attempt('decode', () => ({ value: atOnce(functions.decode(body)) }));
    },
    result(partial) {
      const ended =
        'error' in partial
          ? partial
          : attempt('result', () => ({ value: asWritten(atOnce(functions.result(partial.value))) }));
      return 'error' in ended ? { error: ended.error } : (ended.value as ResultValue);
    },
  };
}

/** What a function returns, which is no promise: nobody waits for one. */
function atOnce<T>(value: T): T {
  if (value instanceof Promise) {
    value.catch(() => {});
    throw new TypeError('it returned a promise, and must return at once');
  }
  return value;
}

const failed = (what: string, error: unknown): { readonly error: string } => ({
  // As it is read again once it has been encoded.
  error: `${what}: ${faultMessage(error)}`.toWellFormed(),
});

function marked(mark: number, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(body.length + 1);
  bytes[0] = mark;
  bytes.set(body, 1);
  return bytes;
}
