import type { Contract } from '../contract.ts';
import { Ledger } from './ledger.ts';
import { type HostileRequest, hostileRequests } from './requests.ts';
import { type HostileAnswer, HostileSender, unfinished } from './send.ts';

/** What to do to a server. */
export interface AssaultOptions {
  readonly url: string;
  readonly contract: Contract;
  readonly seed: number;
  readonly count: number;
  /** Told from time to time how many requests have been answered. */
  readonly onProgress?: (done: number) => void;
}

/** What came of it. */
export interface Assault {
  readonly ledger: Ledger;
  /** Answers that should not be, with their requests; the first hundred. */
  readonly faults: string[];
}

/** Requests that are in flight at once. */
const AT_ONCE = 24;
const PIECE = 1_000;
/** Of so many requests one breaks off in the middle of its body. */
const UNFINISHED = 50;
const MAX_FAULTS = 100;

/** Sends hostile requests and holds every answer against the document. */
export async function assault({ url, contract, seed, count, onProgress }: AssaultOptions): Promise<Assault> {
  const sender = new HostileSender(url);
  const ledger = new Ledger();
  const faults: string[] = [];
  const one = async (request: HostileRequest, n: number) => {
    if (n % UNFINISHED === UNFINISHED - 1) {
      await sender.leave(unfinished(request));
      ledger.record(request, BROKEN_OFF);
      return;
    }
    const answer = await sender.send(request).catch((error: Error) => error);
    const found = answer instanceof Error ? [answer.message] : faultsOf(request, answer, contract, ledger);
    if (found.length > 0 && faults.length < MAX_FAULTS)
      faults.push(`${describe(request)}: ${found.join('; ')}`);
  };
  try {
    for (let from = 0; from < count; from += PIECE) {
      const requests = hostileRequests(seed + from, Math.min(PIECE, count - from), `h${seed}-${from}`);
      const left = requests.entries();
      await Promise.all(
        Array.from({ length: AT_ONCE }, async () => {
          for (const [n, request] of left) await one(request, n);
        }),
      );
      onProgress?.(from + requests.length);
    }
  } finally {
    sender.end();
  }
  return { ledger, faults };
}

/** Nobody has seen an answer, and nothing may be stored: the ledger counts it as rejected. */
const BROKEN_OFF: HostileAnswer = { status: 499, headers: new Headers(), body: '' };

function faultsOf(
  request: HostileRequest,
  answer: HostileAnswer,
  contract: Contract,
  ledger: Ledger,
): string[] {
  const { method, target } = request;
  const [path = ''] = target.split('?');
  // An answer to HEAD is that to GET without its body.
  const documented = method === 'HEAD' ? [] : contract.problemsOf({ method, path, ...answer });
  return [...ledger.record(request, answer), ...(documented ?? [])];
}

const describe = ({ method, target, headers, body }: HostileRequest): string =>
  `${method} ${target} ${JSON.stringify(headers)} ${body.subarray(0, 500).toString('latin1')}`.slice(
    0,
    1_500,
  );
