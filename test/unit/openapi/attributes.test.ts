import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { expect, test } from 'vitest';
import { checkAttributes } from '../../../shared/ingest/attributes.ts';
import { EventProblem } from '../../../shared/ingest/event-problem.ts';
import { openApiDocument } from '../../../shared/openapi/document.ts';
import { pipelines } from '../../../shared/pipelines/index.ts';

const document = openApiDocument({
  pipelines,
  access: { gateway: 'local', readKey: false, iam: false, jwt: undefined },
  version: '1.2.3',
});
const ajv = new Ajv2020({ strict: false });
formats.default(ajv);

const event = {
  specversion: '1.0',
  id: '1',
  source: '/a',
  type: 'network-traffic',
  time: '2026-01-01T00:00:00Z',
  data: {
    device: 'a',
    ip: '192.0.2.1',
    ts: 0,
    receive_bytes: 1,
    send_bytes: 1,
    receive_packets: 1,
    send_packets: 1,
  },
};
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
