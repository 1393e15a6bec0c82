/** An emulator that answers. */
export interface Emulator {
  readonly product: 'MiniStack' | 'LocalStack' | 'an emulator';
  readonly version: string | undefined;
}

/** Nothing answers where an emulator should. */
export class NoEmulatorError extends Error {
  override readonly name = 'NoEmulatorError';
}

const TIMEOUT_MS = 5_000;

interface Health {
  readonly version?: string;
  readonly services?: unknown;
}

/**
 * Asks what listens at an address. MiniStack answers LocalStack's question too, so its own comes first.
 *
 * @throws NoEmulatorError where nothing does
 */
export async function emulatorAt(endpoint: string): Promise<Emulator> {
  const mini = await healthOf(`${endpoint}/_ministack/health`);
  if (mini?.services !== undefined) return { product: 'MiniStack', version: mini.version };
  const local = await healthOf(`${endpoint}/_localstack/health`);
  if (local?.services !== undefined) return { product: 'LocalStack', version: local.version };
  return { product: 'an emulator', version: undefined };
}

async function healthOf(address: string): Promise<Health | undefined> {
  let answer: Response;
  try {
    answer = await fetch(address, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch (error) {
    throw new NoEmulatorError(
      `nothing answers at ${new URL(address).origin}: start MiniStack ("npm run ministack -- start") or LocalStack ` +
        '("docker compose --profile localstack up --wait"), or set AWS_ENDPOINT_URL',
      { cause: error },
    );
  }
  try {
    return answer.ok ? ((await answer.json()) as Health) : undefined;
  } catch {
    return undefined;
  }
}

/** Properties that make an emulator refuse a resource of a type that it knows; found by trying, for the versions in docs/deployment.md. */
export const REFUSED_PROPERTIES: Readonly<Record<Emulator['product'], readonly string[]>> = {
  // Alarms on the result of a formula.
  MiniStack: ['AWS::CloudWatch::Alarm/Metrics'],
  LocalStack: [],
  'an emulator': [],
};

/**
 * What an emulator takes and does not do, which no request tells; found in its source and by trying, for the versions in
 * docs/deployment.md.
 */
export const SILENT_LIMITS: Readonly<Record<Emulator['product'], readonly string[]>> = {
  MiniStack: [
    'a batch of stream records that fails is repeated for ever: no halving, no single failures, no record of it in the lake',
    'batches are not gathered for a while, and shards that a stream gets later are read from their end: do not reshard',
    'roles and policies are not enforced, and the age of what functions read is not measured',
  ],
  LocalStack: [],
  'an emulator': [],
};
