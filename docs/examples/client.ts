import { closeOnSignals, type DeclaredType, MillraceClient } from 'millrace/client';
import { traffic } from '../../shared/pipelines/network-traffic.ts';

/** The examples of docs/client.md: compiled with the rest, and run by a test. */
type Report = Parameters<MillraceClient<typeof traffic>['send']>[1];

export async function send(url: string, reports: AsyncIterable<Report>): Promise<void> {
  // #region send
  await using client = new MillraceClient({ url, key: 'local', types: [traffic] });
  for await (const report of reports) {
    // Waits while the buffer is full. A field that the schema lacks, or of another type, does not compile.
    await client.send('network-traffic', report);
  }
  // Leaving the block sends what is left, and waits until it is stored.
  // #endregion
}

export async function elsewhere(url: string, key: string): Promise<void> {
  // #region elsewhere
  interface Visit {
    id: string;
    page: string;
    at: string;
  }
  const client = new MillraceClient<DeclaredType<'visit', Visit>>({
    url,
    key,
    types: [{ name: 'visit', id: 'id', key: 'page' }],
  });
  // #endregion
  await client.send('visit', { id: '1', page: '/', at: '2026-01-01T00:00:00Z' });
  await client.close();
}

export async function outcome(client: MillraceClient<typeof traffic>, report: Report): Promise<void> {
  // #region outcome
  const ticket = await client.send('network-traffic', report);
  const outcome = await ticket.outcome;
  switch (outcome.status) {
    case 'stored':
      break;
    case 'rejected':
      console.error(`${ticket.id}: ${outcome.reason} (${outcome.code} at ${outcome.pointer})`);
      break;
    case 'failed':
      console.error(`${ticket.id} may or may not be stored: ${outcome.reason}`);
  }
  // #endregion
}

export async function callbacks(url: string, reports: readonly Report[]): Promise<number> {
  let lost = 0;
  // #region callbacks
  const client = new MillraceClient({
    url,
    key: 'local',
    types: [traffic],
    batch: { events: 1_000, size: 1_000_000, delay: 50 },
    buffer: { events: 20_000, size: 20_000_000 },
    retry: { patience: 600_000 },
    onOutcome: ({ id, context }, { status }) => {
      if (status !== 'stored') console.error(`event ${id} from line ${context}: ${status}`);
    },
    onRetry: (reason, delay) => console.warn(`${reason}; again in ${Math.round(delay)} ms`),
  });
  const undo = closeOnSignals(client);
  for (const [line, report] of reports.entries()) {
    if (!client.trySend('network-traffic', report, { context: line })) lost++;
  }
  await client.close();
  // #endregion
  undo();
  return lost;
}

export async function events(client: MillraceClient<typeof traffic>, report: Report): Promise<void> {
  // #region events
  await client.sendEvent({
    source: '/routers/7',
    type: 'network-traffic',
    data: report,
    traceparent: '00-ab-cd-01',
  });
  // #endregion
}
