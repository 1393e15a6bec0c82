export { ClientClosedError, type Counts, MillraceClient } from './client.ts';
export type { CloudEvent, DataOf, DeclaredType, TypeNamed } from './declared.ts';
export { closeOnSignals } from './exit.ts';
export type { BatchOptions, ClientOptions, RetryOptions } from './options.ts';
export type { Outcome, Prepared, Ticket } from './outcome.ts';
export type { SendOptions } from './prepare.ts';
