import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Annotations, App, type IPolicyValidationPlugin, Validations } from 'aws-cdk-lib';
import type { Pipeline } from '../shared/pipeline/index.ts';
import type { NamedQuery } from '../shared/pipelines/queries.ts';
import { ACCESS_CHOICES } from './access.ts';
import { writeApiDocument } from './api-document.ts';
import { type Assembly, readAssembly } from './assembly.ts';
import type { Deployment } from './constructs/deployment.ts';
import { type Bundler, bundleFunctions } from './constructs/function-bundles.ts';
import { LAKE_RETENTION_CHOICES } from './lake-retention.ts';
import { omit } from './omit.ts';
import { checkSchemas } from './schemas.ts';
import { type Choices, choicesFromContext, type Encryption, type Settings, settingsOf } from './settings.ts';
import { AnalyticsStack } from './stacks/analytics-stack.ts';
import { IngestionStack } from './stacks/ingestion-stack.ts';
import { KeyStack } from './stacks/key-stack.ts';
import { ProcessingStack } from './stacks/processing-stack.ts';
import { QueryStack } from './stacks/query-stack.ts';
import { StreamsStack } from './stacks/streams-stack.ts';

export interface SynthesizeOptions extends Choices {
  readonly pipelines: readonly Pipeline[];
  /** Statements that analysts find by name. */
  readonly queries?: readonly NamedQuery[];
  /** Folder of the accepted schemas, which the declared ones must be compatible with; none: nothing is compared. */
  readonly schemas?: string;
  /** Where the cloud assembly is written; `cdk.out` under the CLI, else a temporary directory. */
  readonly outdir?: string | undefined;
  /** Tests put prepared bundles here. */
  readonly bundler?: Bundler;
  /** Whether templates are checked against CloudFormation's schema: on, and worth switching off where time counts. */
  readonly validate?: boolean;
  /** Checks of the finished app: synthesis fails with what they find, unless it is acknowledged where it arises. */
  readonly checks?: (app: App) => readonly IPolicyValidationPlugin[];
}

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/**
 * Builds the whole application and writes its cloud assembly: what `cdk synth` does, in this process. Needs neither an
 * AWS account nor a network. Choices that are not made are taken from the CLI's context, then from the defaults.
 *
 * @throws RangeError when a choice is not possible, or a schema has changed in a way that the lake cannot follow
 * @throws Error when a function that a stack needs is missing or does not compile
 */
export function synthesize(options: SynthesizeOptions): Assembly {
  const news = options.schemas === undefined ? [] : checkSchemas(options.schemas, options.pipelines);
  const app = new App({
    outdir: options.outdir,
    // Under the CLI its own context wins, and is the same.
    context: { ...projectContext(), 'aws:cdk:enable-path-metadata': true },
    analyticsReporting: false,
    autoSynth: false,
    builtinCloudFormationValidation: options.validate ?? true,
  });
  for (const text of news) Annotations.of(app).addWarningV2('millrace:schema', text);
  const chosen = { ...choicesFromContext((key) => app.node.tryGetContext(key)), ...definedOnly(options) };
  const settings = settingsOf(chosen, options.pipelines);
  const bundle = options.bundler ?? bundleFunctions;
  const native = settings.environment.name !== 'local';
  const bundles = bundle({ root: ROOT, sourceMaps: settings.sourceMaps, tracing: settings.tracing, native });
  try {
    writeApiDocument(ROOT, bundles.directoryOf('query'), settings, options.pipelines);
    addStacks(app, { ...settings, bundles }, settings, options);
    omit(app, settings.omit);
    Validations.of(app).addPlugins(...(options.checks?.(app) ?? []));
    return readAssembly(app.synth(), settings.environment);
  } finally {
    bundles.dispose();
  }
}

function addStacks(
  app: App,
  base: Deployment,
  { analytics, encryption }: Settings,
  { pipelines, queries = [] }: SynthesizeOptions,
): void {
  const keyArn = keyArnOf(app, base, encryption);
  const deployment = { ...base, keyArn };
  const data = new StreamsStack(app, deployment, pipelines);
  const ingestion = new IngestionStack(app, deployment, data);
  new ProcessingStack(app, deployment, data, pipelines);
  new QueryStack(app, deployment, data, ingestion.api);
  if (analytics) new AnalyticsStack(app, deployment, data, pipelines, queries);
}

function keyArnOf(app: App, deployment: Deployment, encryption: Encryption): string | undefined {
  switch (encryption.kind) {
    case 'aws':
      return undefined;
    case 'customer':
      return new KeyStack(app, deployment).keyArn;
    case 'given':
      return encryption.keyArn;
  }
}

/** The feature flags that the CLI takes from cdk.json: without them the templates would differ from the deployed ones. */
function projectContext(): Record<string, unknown> {
  const { context } = JSON.parse(readFileSync(join(ROOT, 'cdk.json'), 'utf8')) as {
    context: Record<string, unknown>;
  };
  return context;
}

const definedOnly = (choices: Choices): Choices => {
  const names = [
    'environment',
    'shards',
    'prefix',
    'sourceMaps',
    'encryption',
    'analytics',
    'omit',
    'tracing',
    'runbooks',
    'dashboards',
    'heartbeat',
    'prices',
    ...ACCESS_CHOICES,
    ...LAKE_RETENTION_CHOICES,
  ] as const;
  return Object.fromEntries(
    names.flatMap((name) => (choices[name] === undefined ? [] : [[name, choices[name]]])),
  );
};
