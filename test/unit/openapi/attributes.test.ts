import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { expect, test } from 'vitest';
import { checkAttributes } from '../../../shared/ingest/attributes.ts';
import { EventProblem } from '../../../shared/ingest/event-problem.ts';
import { openApiDocument } from '../../../shared/openapi/document.ts';
import { pipelines } from '../../../shared/pipelines/index.ts';
import { cloudEvent } from '../../factories/events.ts';

const document = openApiDocument({
  pipelines,
  access: { gateway: 'local', readKey: false, iam: false, jwt: undefined },
  version: '1.2.3',
});
const ajv = new Ajv2020({ strict: false });
formats.default(ajv);

const event = cloudEvent();
const fits = ajv
  .addSchema(document, 'document')
  .getSchema('document#/components/schemas/network-traffic.event')!;

test.each([
  ['datacontenttype', 'application/json', true],
  ['datacontenttype', 'application/vnd.a+json; charset=utf-8', true],
  ['datacontenttype', '', false],
  ['datacontenttype', 'json', false],
  ['datacontenttype', 'a/b/c', false],
  ['datacontenttype', 'a b/c', false],
  ['datacontenttype', null, true],
  ['subject', 'a subject', true],
  ['subject', '', false],
  ['subject', 'two\nlines', false],
  ['dataschema', 'https://schema.example/a', true],
  ['dataschema', '\u0000', false],
  ['region', 'eu', true],
  ['region', '', true],
  ['region', 'a\u0085b', false],
  ['region', 2 ** 31 - 1, true],
  ['region', 2 ** 31, false],
  ['region', 1.5, false],
  ['region', {}, false],
  ['Region', 'eu', false],
])(
  'the document says of the attribute %s with the value %j what the ingestion does',
  (name, value, right) => {
    expect(fits({ ...event, [name]: value })).toBe(right);
    expect(checkAttributes({ [name]: value }) instanceof EventProblem).toBe(!right);
  },
);
