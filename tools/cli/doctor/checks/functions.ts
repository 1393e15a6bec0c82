import { CloudWatchClient, GetMetricDataCommand, type MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import {
  type EventSourceMappingConfiguration,
  LambdaClient,
  paginateListEventSourceMappings,
} from '@aws-sdk/client-lambda';
import { clientOptions, type Place } from '../../../deployed/clients.ts';
import type { Check, Finding } from '../finding.ts';

const MINUTES = 15;
const BEHIND_MS = 60_000;
/** Queries that one request may have. */
const MAX_QUERIES = 500;

const METRICS = [
  { metric: 'Errors', stat: 'Sum' },
  { metric: 'Throttles', stat: 'Sum' },
  { metric: 'IteratorAge', stat: 'Maximum' },
] as const;

/** What CloudWatch has counted of a function in the last minutes; undefined where it has nothing. */
export type FunctionMetrics = Partial<Record<(typeof METRICS)[number]['metric'], number>>;

/** Whether functions fail, are held back or are behind. */
export const functionsCheck = (place: Place, names: readonly string[]): Check => ({
  about: 'functions',
  async run() {
    const metrics = await readMetrics(place, names);
    return functionFindings(names.map((name) => ({ name, ...metrics.get(name) })));
  },
});

async function readMetrics(place: Place, names: readonly string[]): Promise<Map<string, FunctionMetrics>> {
  const client = new CloudWatchClient(clientOptions(place));
  const queries = names.flatMap((name, index) =>
    METRICS.map(({ metric, stat }): MetricDataQuery & { name: string; metric: string } => ({
      Id: `${metric.toLowerCase()}${index}`,
      name,
      metric,
      MetricStat: {
        Metric: {
          Namespace: 'AWS/Lambda',
          MetricName: metric,
          Dimensions: [{ Name: 'FunctionName', Value: name }],
        },
        Period: MINUTES * 60,
        Stat: stat,
      },
    })),
  );
  const found = new Map<string, FunctionMetrics>();
  const EndTime = new Date();
  const StartTime = new Date(EndTime.getTime() - MINUTES * 60_000);
  try {
    for (let from = 0; from < queries.length; from += MAX_QUERIES) {
      const some = queries.slice(from, from + MAX_QUERIES);
      const MetricDataQueries = some.map(({ Id, MetricStat }) => ({ Id, MetricStat }));
      const { MetricDataResults = [] } = await client.send(
        new GetMetricDataCommand({ MetricDataQueries, StartTime, EndTime }),
      );
      for (const { Id, Values = [] } of MetricDataResults) {
        const query = some.find((one) => one.Id === Id);
        if (query === undefined || Values.length === 0) continue;
        // The period may begin within the time asked for: then there are two values.
        const value =
          query.metric === 'IteratorAge' ? Math.max(...Values) : Values.reduce((a, b) => a + b, 0);
        found.set(query.name, { ...found.get(query.name), [query.metric]: value });
      }
    }
  } finally {
    client.destroy();
  }
  return found;
}

/** One finding for each function that fails, is held back or behind, or one for all. */
export function functionFindings(
  functions: readonly (FunctionMetrics & { readonly name: string })[],
): Finding[] {
  const found = functions.flatMap(({ name, Errors = 0, Throttles = 0, IteratorAge = 0 }): Finding[] => {
    const about = `function ${name}`;
    return [
      ...(Errors > 0
        ? [
            {
              about,
              level: 'problem' as const,
              text: `${Errors} invocations failed in ${MINUTES} minutes`,
              advice: `"aws logs tail" its log group, filtered by "level":"error"`,
            },
          ]
        : []),
      ...(Throttles > 0
        ? [
            {
              about,
              level: 'warning' as const,
              text: `${Throttles} invocations were held back in ${MINUTES} minutes`,
              advice:
                "ask for more concurrent executions (Service Quotas, AWS Lambda), or look at who else uses the account's",
            },
          ]
        : []),
      ...(IteratorAge > BEHIND_MS
        ? [
            {
              about,
              level: 'warning' as const,
              text: `reads records that are ${Math.round(IteratorAge / 1_000)} s old`,
              advice: 'if this grows, the stream needs more shards; if it fails, see its errors',
            },
          ]
        : []),
    ];
  });
  if (found.length > 0) return found;
  return [
    {
      about: 'functions',
      level: 'ok',
      text: `${functions.length}, none failed or was held back in ${MINUTES} minutes`,
    },
  ];
}

/** Whether Lambda reads the streams for the functions. */
export const mappingsCheck = (place: Place, names: readonly string[]): Check => ({
  about: 'stream readers',
  async run() {
    const client = new LambdaClient(clientOptions(place));
    const mappings: EventSourceMappingConfiguration[] = [];
    try {
      for await (const page of paginateListEventSourceMappings({ client }, {}))
        mappings.push(...(page.EventSourceMappings ?? []));
    } finally {
      client.destroy();
    }
    return mappingFindings(
      mappings.filter(({ FunctionArn = '' }) => names.includes(FunctionArn.split(':')[6] ?? '')),
    );
  },
});

export function mappingFindings(mappings: readonly EventSourceMappingConfiguration[]): Finding[] {
  const about = 'stream readers';
  const found = mappings.flatMap(({ FunctionArn, State = '', LastProcessingResult = '' }): Finding[] => {
    const name = FunctionArn?.split(':')[6];
    if (State === 'Disabled' || State === 'Disabling') {
      const advice =
        'somebody switched it off: "aws lambda update-event-source-mapping --enabled" with its UUID';
      return [{ about, level: 'problem', text: `${name} is not given its stream (${State})`, advice }];
    }
    if (/^(PROBLEM|FAILED)/.test(LastProcessingResult)) {
      const advice = "look at the function's log; its shard waits until it succeeds";
      return [{ about, level: 'problem', text: `${name}: ${LastProcessingResult}`, advice }];
    }
    return [];
  });
  return found.length > 0 ? found : [{ about, level: 'ok', text: `${mappings.length}, all at work` }];
}
