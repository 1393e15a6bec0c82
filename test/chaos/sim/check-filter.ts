import type { ChaosFilter } from './chains.ts';
import { countOf } from './check.ts';
import type { Node } from './node.ts';
import { Violation } from './observer.ts';
import { identity, type SentRecord } from './producers.ts';
import type { Store } from './store.ts';

/** What passes is in the next stream, at least once, nothing else is, and a filter's heads say how many there were. */
export async function checkFilter(
  { passes }: ChaosFilter,
  { name, records, sink }: Node,
  next: readonly SentRecord[],
  store: Store,
): Promise<void> {
  const fail = (message: string) => {
    throw new Violation('outcome', `${name}: ${message}`);
  };
  const counts = { accepted: 0, filtered: 0, rejected: 0 };
  const wanted = new Set<string>();
  for (const { sequence, items } of records) {
    for (const [sub, item] of items.entries()) {
      if (item.kind === 'bad') {
        counts.rejected++;
        if (!sink.rejected.has(`${sequence}-${sub}`)) fail(`${sequence}-${sub} was not set aside`);
      } else if (item.kind === 'event' && passes(item.event)) {
        counts.accepted++;
        wanted.add(identity(item.event));
      } else if (item.kind === 'event') counts.filtered++;
    }
  }
  const found = next.flatMap(({ items }) =>
    items.map((item) => (item.kind === 'event' ? identity(item.event) : item.kind)),
  );
  const handedOn = found.filter((event) => event === 'heartbeat').length;
  const heartbeats = records.flatMap(({ items }) => items).filter(({ kind }) => kind === 'heartbeat').length;
  if (handedOn < heartbeats) fail(`of ${heartbeats} heartbeats ${handedOn} were handed on`);
  const missing = [...wanted].filter((event) => !found.includes(event));
  if (missing.length > 0) fail(`${missing} did not pass`);
  const wrong = found.filter((event) => event !== 'heartbeat' && !wanted.has(event));
  if (wrong.length > 0) fail(`${wrong} passed`);
  const heads = await store.items(`heads#${name}`);
  const sum = (of: string) => heads.reduce((total, head) => total + countOf(head, of), 0);
  const said = { accepted: sum('accepted'), filtered: sum('filtered'), rejected: sum('rejected') };
  if (JSON.stringify(said) !== JSON.stringify(counts))
    fail(`the heads say ${JSON.stringify(said)}, sent was ${JSON.stringify(counts)}`);
}
