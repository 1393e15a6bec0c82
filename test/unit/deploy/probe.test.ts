import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { leaveOut, unknownTypes } from '../../../tools/deploy/probe.ts';
import { emulatorPlace } from '../../../tools/deployed/emulator-place.ts';

let server: Server | undefined;
afterEach(() => server?.close());

/** A CloudFormation that answers everything the same way. */
async function answering(status: number, body: string): Promise<string> {
  server = createServer((_, response) =>
    response.writeHead(status, { 'content-type': 'text/xml' }).end(body),
  );
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const error = (message: string): string =>
  `<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>${message}</Message></Error></ErrorResponse>`;

// The words are CloudFormation's own.
test('the types that an endpoint does not know are those that it names', async () => {
  const endpoint = await answering(
    400,
    error('Template format error: Unrecognized resource types: [AWS::Athena::NamedQuery, AWS::X::Y]'),
  );
  expect(await unknownTypes(emulatorPlace(endpoint), ['AWS::Athena::NamedQuery', 'AWS::X::Y'])).toEqual([
    'AWS::Athena::NamedQuery',
    'AWS::X::Y',
  ]);
});

test('another error is not taken for an answer', async () => {
  const endpoint = await answering(400, error('no such action'));
  await expect(unknownTypes(emulatorPlace(endpoint), ['AWS::X::Y'])).rejects.toThrow('no such action');
});

test('an endpoint that accepts the template knows all', async () => {
  const endpoint = await answering(
    200,
    '<ValidateTemplateResponse><ValidateTemplateResult/></ValidateTemplateResponse>',
  );
  expect(await unknownTypes(emulatorPlace(endpoint), ['AWS::X::Y'])).toEqual([]);
});

test('what only watches is left out by its type, with a sentence that counts', () => {
  const counts = new Map([
    ['AWS::CloudWatch::Dashboard', 2],
    ['AWS::Athena::NamedQuery', 4],
  ]);
  expect(leaveOut(['AWS::Athena::NamedQuery', 'AWS::CloudWatch::Dashboard'], counts)).toEqual({
    context: { omit: 'AWS::Athena::NamedQuery,AWS::CloudWatch::Dashboard' },
    sentences: [expect.stringMatching(/^4 of AWS::Athena/), expect.stringMatching(/^2 of AWS::CloudWatch/)],
  });
  expect(leaveOut([], counts)).toEqual({ context: {}, sentences: [] });
});

test('a catalogue of which a part is missing is left out as a whole', () => {
  const unknown = ['AWS::Athena::NamedQuery', 'AWS::Athena::WorkGroup', 'AWS::CloudWatch::Alarm'];
  const { context, sentences } = leaveOut(unknown, new Map());
  expect(context).toEqual({ analytics: 'false', omit: 'AWS::CloudWatch::Alarm' });
  expect(sentences[0]).toContain('AWS::Athena::WorkGroup');
});

test('without what everything needs there is no deployment', () => {
  expect(() => leaveOut(['AWS::Kinesis::Stream'], new Map())).toThrow('does not know AWS::Kinesis::Stream');
});

test('what the endpoint refuses for a property is left out where there is any, unless its type is', () => {
  const refused = ['AWS::CloudWatch::Alarm/Metrics'];
  const counts = new Map([['AWS::CloudWatch::Alarm/Metrics', 9]]);
  expect(leaveOut([], counts, refused)).toEqual({
    context: { omit: 'AWS::CloudWatch::Alarm/Metrics' },
    sentences: ['9 of AWS::CloudWatch::Alarm with Metrics: the endpoint refuses the property'],
  });
  expect(leaveOut([], new Map(), refused).context).toEqual({});
  expect(leaveOut(['AWS::CloudWatch::Alarm'], counts, refused).context).toEqual({
    omit: 'AWS::CloudWatch::Alarm',
  });
});
