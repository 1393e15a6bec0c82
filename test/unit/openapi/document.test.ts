import { createConfig, lintFromString } from '@redocly/openapi-core';
import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { ERRORS } from '../../../shared/errors.ts';
import { openApiDocument } from '../../../shared/openapi/document.ts';
import type { ApiAccess } from '../../../shared/openapi/security.ts';
import {
  allKeys,
  count,
  distinct,
  eventType,
  first,
  histogram,
  type Pipeline,
  personal,
  pipeline,
  quantiles,
  topK,
  trend,
  tumbling,
  windowStage,
} from '../../../shared/pipeline/index.ts';
import { pipelines } from '../../../shared/pipelines/index.ts';
import { personalPipelines, samplePipelines } from '../infra/sample.ts';
import { resources, synthesizeSample } from '../infra/support.ts';

interface Tree {
  name?: string | undefined;
  parts?: Tree[] | undefined;
}
const tree: z.ZodType<Tree> = z.lazy(() =>
  z.object({ name: personal(z.string(), 'drop').optional(), parts: z.array(tree).optional() }),
);
/** What the samples do not have: a schema that refers to itself, personal data, values that are no numbers. */
const unusual = eventType('unusual', {
  description: 'Whatever a schema can say',
  schema: z.object({
    who: personal(z.string().min(1)),
    tree,
    size: z.number().min(2).max(3),
    kind: z.enum(['a/b', 'c~d']),
    at: z.iso.datetime(),
  }),
  time: 'at',
  key: 'who',
});
const odd = pipeline('odd', {
  description: 'Odd',
  types: [unusual],
  stages: [
    windowStage('every-shape', {
      description: 'Values of all shapes',
      from: unusual,
      key: allKeys(),
      window: tumbling('1 minute'),
      outOfOrderness: '1 second',
      allowedLateness: '1 second',
      values: {
        events: count(),
        sizes: quantiles('size', [0.5, 0.99]),
        line: trend('size'),
        kinds: topK('kind', 3, { by: 'size' }),
        parts: histogram('size', [1, 2]),
        different: distinct('kind'),
        first: first('kind'),
      },
    }),
  ],
});

const LOCAL: ApiAccess = { gateway: 'local', readKey: false, iam: false, jwt: undefined };
const OPEN: ApiAccess = {
  gateway: 'aws',
  readKey: true,
  iam: true,
  jwt: { issuer: 'https://id.example/', scopes: ['events:write', 'events:all'] },
};
const documentOf = (of: readonly Pipeline[], access: ApiAccess) =>
  openApiDocument({ pipelines: of, access, version: '1.2.3' });

const CASES: [string, readonly Pipeline[], ApiAccess][] = [
  ['the samples, locally', pipelines, LOCAL],
  ['the samples, with every way to say who is calling', pipelines, OPEN],
  ['unusual schemas', [odd], OPEN],
  ['personal data, and no stage', personalPipelines, LOCAL],
];

describe.each(CASES)('the document of %s', (_, of, access) => {
  const text = JSON.stringify(documentOf(of, access));

  test('is valid OpenAPI 3.1', async () => {
    expect(await new Validator().validate(JSON.parse(text))).toMatchObject({ valid: true });
  });

  test('has nothing that a linter objects to, in its examples either', async () => {
    const config = await createConfig({ extends: ['recommended-strict'] });
    const found = await lintFromString({ source: text, absoluteRef: 'openapi.json', config });
    expect(found.map(({ ruleId, message, location: [at] }) => [ruleId, message, at?.pointer])).toEqual([]);
  });

  test('is the same every time', () => {
    expect(JSON.stringify(documentOf(of, access))).toBe(text);
  });
});

test.each([
  ['local', {}, LOCAL],
  ['dev', { iam: true, jwtIssuer: 'https://id.example/', jwtAudience: 'a' }, OPEN],
] as const)(
  'what is deployed and what is documented are the same routes: %s',
  (environment, choices, access) => {
    const assembly = synthesizeSample({ environment, ...choices });
    const routes = resources(assembly, 'AWS::ApiGatewayV2::Route').map(
      ({ properties }) => properties.RouteKey,
    );
    // One of the sample's stages is not materialized; the others' results have a route.
    const documented = Object.entries(documentOf(samplePipelines, access).paths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const named = /\/(?:events|validate|windows)\/[^{/]+$/;
    expect(documented.filter((route) => !named.test(route)).sort()).toEqual([...routes].sort());
    expect(documented.filter((route) => named.test(route)).sort()).toEqual([
      'GET /v1/windows/per-meter',
      'GET /v1/windows/per-site',
      ...['events', 'validate'].flatMap((verb) =>
        ['opening', 'reading'].map((type) => `POST /v1/${verb}/${type}`),
      ),
    ]);
  },
);

test('every error that a request can be answered with is there, under its status', () => {
  const { paths, components } = documentOf(pipelines, LOCAL);
  const answered = new Set(
    Object.values(paths).flatMap((item) =>
      Object.values(item).flatMap(({ responses }) =>
        Object.entries(responses).flatMap(([status, { content }]) =>
          [...JSON.stringify(content ?? {}).matchAll(/schemas\/problem\.([a-z-]+)"/g)].map(
            ([, code]) => `${status} ${code}`,
          ),
        ),
      ),
    ),
  );
  answered.delete('413 gateway');
  answered.delete('500 gateway');
  answered.delete('503 gateway');
  // A path or a method that does not exist has no operation.
  const elsewhere = ['not-found', 'method-not-allowed'];
  expect([...answered].sort()).toEqual(
    Object.entries(ERRORS)
      .filter(([code]) => !elsewhere.includes(code))
      .map(([code, { status }]) => `${status} ${code}`)
      .sort(),
  );
  for (const [code, { status, title }] of Object.entries(ERRORS)) {
    if (elsewhere.includes(code)) continue;
    expect(components.schemas[`problem.${code}`]?.properties).toMatchObject({
      type: { const: `urn:millrace:error:${code}` },
      status: { const: status },
      title: { const: title },
    });
  }
});

test('deployed functions take zstd, whatever Node makes their document', () => {
  const pattern = String(documentOf(pipelines, OPEN).components.parameters.encoding?.schema.pattern);
  for (const encoding of ['gzip', 'br, gzip', 'zstd']) expect(encoding).toMatch(new RegExp(pattern));
  for (const encoding of ['zip', 'gzip,', 'gzip, gzip, gzip'])
    expect(encoding).not.toMatch(new RegExp(pattern));
});

test('says what becomes of personal data, and shows none of it in answers', () => {
  const { components, paths } = documentOf([odd], LOCAL);
  expect(components.schemas['unusual.data']?.description).toMatch(/`who` is personal.*pseudonym/);
  const examples =
    paths['/v1/events/unusual']?.post?.responses['202']?.content?.['application/json']?.examples;
  expect(examples?.one?.value).toEqual({ accepted: 1, rejected: [], ids: [expect.any(String)] });
  expect(examples?.partly?.value).toMatchObject({
    accepted: 1,
    rejected: [{ index: 1, id: null, code: 'invalid-data', pointer: '/who' }],
  });
});
