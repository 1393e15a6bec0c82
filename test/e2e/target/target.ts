import type { Deployed } from '../../../tools/deployed/deployed.ts';
import type { Message } from '../../../tools/local/sns/messages.ts';

/** A Millrace that the suite runs against: one test, wherever it runs. */
export interface Target {
  readonly kind: 'embedded' | 'emulator' | 'aws';
  /** Where its HTTP API answers, and a write key for it. */
  readonly api: { readonly url: string; readonly key: string };
  /** Its streams, tables and bucket, and how they are reached. */
  readonly deployed: Deployed;
  /** Whether reading results needs a key. */
  readonly queryNeedsKey: boolean;
  /** How long it may take until what is waited for is true. */
  readonly patience: { readonly timeout: number; readonly interval: number };
  /** What was published to the topic of a pipeline since the target was opened. */
  alerts(): Promise<Pick<Message, 'subject' | 'message' | 'attributes'>[]>;
  /** Leaves nothing of the suite's own behind, events and results excepted. */
  close(): Promise<void>;
}
