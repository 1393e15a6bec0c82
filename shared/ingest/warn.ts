/** Is told of faults of the infrastructure, never of a key or an event's data. */
export type Warn = (message: string, fields: Readonly<Record<string, unknown>>) => void;
