import type { HostileRequest } from './requests.ts';
import type { HostileAnswer } from './send.ts';

/** What was answered about the events of hostile requests: what the lake must hold, and nothing else. */
export class Ledger {
  /** By the prefix of a request's tokens: how many of its events were accepted. Requests without any are not listed. */
  readonly #counts = new Map<string, number>();
  /** The tokens of accepted events, of the requests whose items are known. */
  readonly #accepted = new Set<string>();
  /** Tokens of events of such requests that were rejected. */
  readonly #rejected = new Set<string>();
  readonly statuses = new Map<number, number>();
  accepted = 0;

  /** @returns what is wrong with the answer by itself */
  record(request: HostileRequest, { status, body }: HostileAnswer): string[] {
    this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
    if (status >= 500 || status < 200) return [`it was answered with ${status}: ${body.slice(0, 300)}`];
    const isDry = /^\/v1(?:\/\w+)?\/validate/.test(request.target);
    if (status !== 202 || isDry) {
      for (const token of request.tokens ?? []) this.#rejected.add(token);
      return [];
    }
    const { accepted, rejected } = JSON.parse(body) as { accepted: number; rejected: { index: number }[] };
    this.accepted += accepted;
    if (accepted > 0) this.#counts.set(request.prefix, accepted);
    const { tokens } = request;
    if (tokens === undefined) return [];
    const isRejected = new Set(rejected.map(({ index }) => index));
    for (const [index, token] of tokens.entries())
      (isRejected.has(index) ? this.#rejected : this.#accepted).add(token);
    return accepted + rejected.length === tokens.length
      ? []
      : [`${tokens.length} events were sent, ${accepted} accepted and ${rejected.length} rejected`];
  }

  /**
   * Compares with what was stored.
   *
   * @param stored - the token of every event that was, as often as it was
   * @returns the differences
   */
  differences(stored: readonly string[]): string[] {
    const counts = new Map<string, number>();
    const times = new Map<string, number>();
    for (const token of stored) {
      const prefix = token.slice(0, token.lastIndexOf('.') + 1);
      counts.set(prefix, (counts.get(prefix) ?? 0) + 1);
      times.set(token, (times.get(token) ?? 0) + 1);
    }
    return [
      ...[...this.#accepted]
        .filter((token) => times.get(token) !== 1)
        .map((token) => `${token} was accepted, and is there ${times.get(token) ?? 0} times`),
      ...[...this.#rejected]
        .filter((token) => times.has(token))
        .map((token) => `${token} was rejected, and is there`),
      ...[...new Set([...counts.keys(), ...this.#counts.keys()])]
        .filter((prefix) => counts.get(prefix) !== this.#counts.get(prefix))
        .map(
          (prefix) =>
            `of ${prefix} ${this.#counts.get(prefix) ?? 0} events were accepted, and ${counts.get(prefix) ?? 0} are there`,
        ),
    ];
  }
}
