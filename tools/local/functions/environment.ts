import { devNull } from 'node:os';
import { CREDENTIALS, REGION } from '../place.ts';
import type { LocalEndpoints } from '../run.ts';
import type { FunctionSpec } from '../template/model.ts';

/** Of this machine's environment, what a Node process cannot do without. */
const FROM_MACHINE = ['PATH', 'TMPDIR', 'SystemRoot'] as const;

/**
 * The environment of a function's processes: the template's variables, what Lambda adds, and the addresses of the
 * emulators. Nothing else of this machine's environment: no profile or proxy of whoever starts the run.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
 */
export function environmentOf(spec: FunctionSpec, endpoints: LocalEndpoints): Record<string, string> {
  const machine = FROM_MACHINE.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    ...Object.fromEntries(machine),
    ...spec.environment,
    ...sdkEnvironment(endpoints),
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    LAMBDA_TASK_ROOT: spec.directory ?? '',
    _HANDLER: spec.handler,
    AWS_EXECUTION_ENV: 'AWS_Lambda_millrace_local',
    AWS_LAMBDA_FUNCTION_NAME: spec.name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(spec.memoryMb),
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${spec.name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: 'local',
  };
}

/** What makes the AWS SDKs speak to the emulators. */
export function sdkEnvironment(endpoints: LocalEndpoints): Record<string, string> {
  return {
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
    AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
    AWS_ENDPOINT_URL_KINESIS: endpoints.kinesis,
    AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamodb,
    AWS_ENDPOINT_URL_S3: endpoints.s3,
    AWS_ENDPOINT_URL_LAMBDA: endpoints.lambda,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: endpoints.secretsManager,
    AWS_ENDPOINT_URL_SNS: endpoints.sns,
    // Nobody's real configuration is read, and nothing is looked for on the network.
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    AWS_EC2_METADATA_DISABLED: 'true',
    // Said in every function's log otherwise; in AWS they run on a Node that the SDK supports.
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  };
}

/**
 * Heap limits in proportion to the memory size, as Lambda's own Node runtime sets them; a limit that the template sets
 * itself, in NODE_OPTIONS, stays.
 */
export function heapFlags({ memoryMb, environment }: FunctionSpec): string[] {
  const own = environment.NODE_OPTIONS ?? '';
  const flags = {
    '--max-semi-space-size': Math.max(1, Math.floor(memoryMb * 0.05)),
    '--max-old-space-size': Math.floor(memoryMb * 0.9),
  };
  return Object.entries(flags)
    .filter(([flag]) => !own.includes(flag))
    .map(([flag, megabytes]) => `${flag}=${megabytes}`);
}
