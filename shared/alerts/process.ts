import type { KnownTypes } from '../events/known-types.ts';
import type { StageInput } from '../pipeline/index.ts';
import { mapLimit } from '../state/concurrency.ts';
import type { SourceRecord } from '../state/writer.ts';
import { decodeRecord, Inflation } from '../streams/decode.ts';
import { type SetAsideItem, withPartitionKeys } from '../streams/set-aside.ts';
import { AlertBatch, bytesOf, type PlacedAlert } from './batch.ts';
import type { Notifier } from './notifier.ts';
import { NotificationRefused } from './publish.ts';
import type { AlertRule } from './rule.ts';

/** What an alert stage works with. */
export interface AlertContext {
  readonly rule: AlertRule;
  /** What the stage reads. */
  readonly from: StageInput;
  /** The event types that the stage reads, for records that leave their keys to be found. */
  readonly types: KnownTypes;
  readonly notifier: Notifier<PlacedAlert>;
  /** Stores what could not be processed. Idempotent: a repetition of a batch repeats it. */
  readonly setAside: (items: readonly SetAsideItem[]) => Promise<void>;
  /** Told when the last heartbeat of a batch was sent, once the batch is done with. */
  readonly onHeartbeat?: ((sentAt: number) => void) | undefined;
}

/** Keys whose alerts are sent at the same time. */
const CONCURRENCY = 20;

/**
 * Sends the alerts of a batch of records, each key's in the order of the stream. When it throws, the same records must be given
 * again: alerts that were sent are not sent again.
 *
 * @returns how many alerts were sent
 */
export async function sendAlerts(context: AlertContext, records: readonly SourceRecord[]): Promise<number> {
  let sent = 0;
  for (let next = 0; next < records.length; ) {
    const batch = new AlertBatch(context.rule, context.from);
    next = fill(batch, context, records, next);
    if (batch.rejected.length > 0) await context.setAside(withPartitionKeys(batch.rejected, records));
    const counts = await mapLimit(batch.byKey, CONCURRENCY, async (alerts) => {
      let count = 0;
      for (const alert of alerts) if (await context.notifier.notify(alert)) count++;
      return count;
    });
    if (batch.heartbeat !== undefined) context.onHeartbeat?.(batch.heartbeat);
    sent += counts.reduce((sum, count) => sum + count, 0);
  }
  return sent;
}

/** Decodes records from `next` on, as many as may be held at once, and returns the one after them. */
function fill(
  batch: AlertBatch,
  { types }: AlertContext,
  records: readonly SourceRecord[],
  next: number,
): number {
  const inflation = new Inflation();
  const { onInflated } = inflation;
  let at = next;
  for (; at < records.length && !inflation.isEnough; at++) {
    const { sequence, arrival, data } = records[at] as SourceRecord;
    batch.begin(sequence, arrival);
    decodeRecord(Buffer.from(data, 'base64'), batch, { types, onInflated });
  }
  return at;
}

/**
 * Publishes, or sets aside what SNS will never take: it would hold up its shard for as long as the stream keeps it.
 *
 * @param publish - throws NotificationRefused for that
 */
export const publishOrSetAside =
  (publish: (alert: PlacedAlert) => Promise<void>, setAside: AlertContext['setAside']) =>
  async (alert: PlacedAlert): Promise<void> => {
    try {
      await publish(alert);
    } catch (error) {
      if (!(error instanceof NotificationRefused)) throw error;
      const bytes = bytesOf(alert.event);
      await setAside([{ ...alert.place, code: 'refused', reason: error.message, bytes }]);
    }
  };
