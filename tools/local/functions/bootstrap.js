/**
 * The process of one function: `node bootstrap.js <name>`, in the function's environment. Plain JavaScript, so that a
 * process costs only Node and the function's own bundle. Loads the handler as Lambda does, then answers one message
 * `{ id, payload, deadline }` after the other with `{ id, payload }` or `{ id, error }`.
 */
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const name = process.argv[2];
// A title longer than the arguments is cut, so the name comes first among what may be lost.
process.title = `millrace-fn ${name}`;

/** Longer answers are an error in Lambda: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const MAX_RESPONSE_BYTES = 6 * 1024 * 1024;

process.once('disconnect', () => process.exit(0));
// Ctrl-C reaches the whole process group; the parent lets functions finish first.
process.on('SIGINT', () => {});

const handler = await load(process.env.LAMBDA_TASK_ROOT, process.env._HANDLER);
process.on('message', (message) => {
  run(message).then((answer) => {
    if (process.connected) process.send(answer);
  });
});
process.send('ready');

/** `dir/file.export`: the module is `dir/file` with one of Node's extensions, the export may be a path into objects. */
async function load(root, handlerName) {
  const file = basename(handlerName);
  const dot = file.indexOf('.');
  const module = join(root, dirname(handlerName), file.slice(0, dot));
  const path = ['.js', '.mjs', '.cjs']
    .map((end) => `${module}${end}`)
    .find((candidate) => existsSync(candidate));
  if (path === undefined) throw new Error(`no module ${module} for the handler ${handlerName}`);
  const loaded = await import(pathToFileURL(path).href);
  const names = file.slice(dot + 1).split('.');
  for (const start of [loaded, loaded.default]) {
    const found = names.reduce((value, key) => value?.[key], start);
    if (typeof found === 'function') return found;
  }
  throw new Error(`${path} does not export the function ${names.join('.')}`);
}

async function run({ id, payload, deadline }) {
  try {
    const result = await handler(JSON.parse(payload), contextOf(id, deadline));
    const answer = JSON.stringify(result) ?? 'null';
    const size = Buffer.byteLength(answer);
    if (size > MAX_RESPONSE_BYTES) {
      const errorMessage = `Response payload size (${size} bytes) exceeded maximum allowed payload size (${MAX_RESPONSE_BYTES} bytes).`;
      return { id, error: { errorType: 'Function.ResponseSizeTooLarge', errorMessage } };
    }
    return { id, payload: answer };
  } catch (error) {
    console.error(error);
    return { id, error: describe(error) };
  }
}

/** What Lambda makes of a thrown value. */
function describe(error) {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), trace: [] };
  return {
    errorType: error.name,
    errorMessage: error.message,
    trace: (error.stack ?? '').split('\n').slice(0, 20),
  };
}

/** @see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html */
function contextOf(awsRequestId, deadline) {
  const { env } = process;
  return {
    awsRequestId,
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    invokedFunctionArn: `arn:aws:lambda:${env.AWS_REGION}:000000000000:function:${env.AWS_LAMBDA_FUNCTION_NAME}`,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
}
