import { expect, test } from 'vitest';
import type { Assembly, Template } from '../../../infra/assembly.ts';
import type { SynthesizeOptions } from '../../../infra/millrace-app.ts';
import { above, alertStage, filterStage, pipeline } from '../../../shared/pipeline/index.ts';
import { personalPipelines, reading, samplePipelines } from './sample.ts';
import { synthesizeSample } from './support.ts';

const [meters, doors] = samplePipelines as [(typeof samplePipelines)[0], (typeof samplePipelines)[0]];
const everything = [
  pipeline('meter-readings', {
    ...meters,
    stages: [
      ...meters.stages,
      filterStage('high', { description: 'high', from: reading, where: above('watts', 100) }),
      alertStage('surge', { description: 'a surge', from: reading, message: '{meter}', quiet: '1 hour' }),
    ],
  }),
  doors,
  ...personalPipelines,
];

/** What is deployed: name of the stack -> its template. */
type Account = ReadonlyMap<string, Template>;

const exportsOf = ({ Outputs = {} }: Template): string[] =>
  Object.values(Outputs).flatMap(({ Export }) => (Export === undefined ? [] : [String(Export.Name)]));

const importsOf = (template: Template): string[] =>
  [...JSON.stringify(template).matchAll(/\{"Fn::ImportValue":"([^"]+)"\}/g)].map(([, name]) => name!);

/**
 * CloudFormation's rule, on which deployments get stuck: an export that another stack imports can be neither removed nor
 * imported before it is there. https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html
 */
function put(account: Account, stack: string, template: Template | undefined): Account {
  const others = [...account].filter(([name]) => name !== stack).map(([, each]) => each);
  const imported = new Set(others.flatMap(importsOf));
  const left = template === undefined ? [] : exportsOf(template);
  const missed = exportsOf(account.get(stack) ?? { Resources: {} }).filter(
    (name) => imported.has(name) && !left.includes(name),
  );
  if (missed.length > 0) throw new Error(`${stack} cannot stop exporting ${missed.join(', ')}`);
  const exported = new Set(others.flatMap(exportsOf));
  const absent = template === undefined ? [] : importsOf(template).filter((name) => !exported.has(name));
  if (absent.length > 0) throw new Error(`${stack} cannot import ${absent.join(', ')}`);
  const next = new Map(account);
  if (template === undefined) next.delete(stack);
  else next.set(stack, template);
  return next;
}

const deploy = (account: Account, { stacks }: Assembly): Account =>
  stacks.reduce((sofar, { stackName, template }) => put(sofar, stackName, template), account);

const destroy = (account: Account, { stacks }: Assembly): Account =>
  stacks.reduceRight((sofar, { stackName }) => put(sofar, stackName, undefined), account);

const few: Partial<SynthesizeOptions> = { pipelines: [doors] };
const many: Partial<SynthesizeOptions> = { pipelines: everything };

test.each([
  ['dev', few, many],
  ['prod', few, many],
])(
  'in %s, pipelines and stages come and go in one deployment each, and all can be destroyed',
  (environment, ...both) => {
    const [small, large] = both.map((options) => synthesizeSample({ environment, ...options })) as [
      Assembly,
      Assembly,
    ];
    let account: Account = new Map();
    for (const next of [small, large, large, small, large]) account = deploy(account, next);
    account = destroy(account, large);
    expect(account.size).toBe(0);
    expect(deploy(account, small).size).toBe(small.stacks.length);
  },
);

test('stacks are deployed after those whose resources they name', () => {
  const { stacks } = synthesizeSample(many);
  const needs = Object.fromEntries(stacks.map(({ id, dependencies }) => [id, [...dependencies].sort()]));
  expect(needs).toEqual({
    Streams: [],
    Ingestion: ['Streams'],
    Processing: ['Streams'],
    Query: ['Ingestion', 'Streams'],
    Analytics: ['Streams'],
  });
});

test('only what every deployment has is exported: the lake and the API', () => {
  const named = (options: Partial<SynthesizeOptions>) =>
    synthesizeSample(options)
      .stacks.flatMap(({ template }) => exportsOf(template))
      .sort();
  expect(named(few)).toEqual([
    expect.stringMatching(/^millrace-dev-ingestion:ExportsOutputRefHttpApi/),
    'millrace-dev:lake',
  ]);
  expect(named(many)).toEqual(named(few));
});
