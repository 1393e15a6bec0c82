type Fields = Readonly<Record<string, unknown>>;

/** One JSON object a line, as CloudWatch Logs Insights reads it without being told. */
function write(level: 'info' | 'warn' | 'error', message: string, fields: Fields): void {
  const entry = { level, message, time: new Date().toISOString(), ...fields };
  process.stdout.write(`${JSON.stringify(entry, plain)}\n`);
}

/** Errors have no enumerable properties: without this they would be logged as `{}`. */
function plain(_name: string, value: unknown): unknown {
  return value instanceof Error
    ? { name: value.name, message: value.message, stack: value.stack, cause: value.cause }
    : value;
}

/** Structured logs of the functions. Never give it an event's data: it may be personal. */
export const logger = {
  info: (message: string, fields: Fields = {}): void => write('info', message, fields),
  warn: (message: string, fields: Fields = {}): void => write('warn', message, fields),
  error: (message: string, fields: Fields = {}): void => write('error', message, fields),
};
