import { expect, test } from 'vitest';
import { namedQueries } from '../../../../shared/pipelines/queries.ts';
import { read, resource, resources, synthesizeSample } from '../support.ts';

const assembly = synthesizeSample({ environment: 'prod', queries: namedQueries });
const tables = resources(assembly, 'AWS::Glue::Table').map(({ properties }) => properties.TableInput);
const tableOf = (name: string) => tables.find((table) => table.Name === name);
const location = (value: unknown) => read(assembly, 'Analytics', value);

test('there are tables of raw events, of what came late, of results and of what was set aside, and one per event type', () => {
  expect(tables.map(({ Name }) => Name)).toEqual([
    'raw',
    'late',
    'results',
    'rejected',
    'reading',
    'opening',
  ]);
  expect(tableOf('reading').StorageDescriptor.Columns).toEqual(
    expect.arrayContaining([
      { Name: '_time', Type: 'timestamp' },
      { Name: 'meter', Type: 'string' },
      { Name: 'watts', Type: 'double' },
      { Name: 'at', Type: 'bigint' },
    ]),
  );
});

test('partitions are computed: a day that is a date, an hour that is a number', () => {
  for (const name of ['raw', 'late', 'results', 'reading']) {
    const { PartitionKeys, Parameters } = tableOf(name);
    expect(PartitionKeys).toEqual([
      { Name: 'dt', Type: 'date' },
      { Name: 'hour', Type: 'int' },
    ]);
    expect(Parameters).toMatchObject({
      'projection.enabled': 'true',
      'projection.dt.type': 'date',
      'projection.hour.range': '0,23',
    });
  }
  expect(location(tableOf('reading').Parameters['storage.location.template'])).toContain(
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Athena fills it in
    '/events/reading/dt=${dt}/hour=${hour}/',
  );
  expect(tableOf('rejected').Parameters['projection.stage.values']).toContain('per-meter');
});

test('a statement may read so much and no more, and its answer is encrypted and expires', () => {
  const { properties } = resource(assembly, 'Analytics/WorkGroup');
  expect(properties.WorkGroupConfiguration).toMatchObject({
    EnforceWorkGroupConfiguration: true,
    BytesScannedCutoffPerQuery: 100 * 1024 ** 3,
    ResultConfiguration: { EncryptionConfiguration: { EncryptionOption: 'SSE_S3' } },
  });
  const results = resource(assembly, 'Analytics/Results').properties;
  expect(results.LifecycleConfiguration.Rules[0]).toMatchObject({ ExpirationInDays: 30 });
});

test('statements have names', () => {
  const named = resources(assembly, 'AWS::Athena::NamedQuery').map(({ properties }) => properties.Name);
  expect(named).toEqual(namedQueries.map(({ name }) => name));
});

test('a local run, and whoever asks for it, does without', () => {
  for (const options of [{ environment: 'local' }, { environment: 'dev', analytics: false }]) {
    expect(synthesizeSample(options).stacks.map(({ id }) => id)).not.toContain('Analytics');
  }
});
