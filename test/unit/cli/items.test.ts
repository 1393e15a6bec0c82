import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pathOf } from '../../../client/event-line.ts';
import type { EventType } from '../../../shared/pipeline/index.ts';
import { traffic } from '../../../shared/pipelines/network-traffic.ts';
import { type Item, lineId, parseJsonLine } from '../../../tools/cli/send/items.ts';

const type = traffic as unknown as EventType;
const item = (text: string, line = 1) => parseJsonLine(type, line, text) as Item;

describe('an event from a line of JSON', () => {
  test('gets an id and is otherwise sent as it stands', () => {
    expect(item(' {"device": "a", "n": 1.50}', 7).json).toBe(
      `{"event_id":"${lineId(7, ' {"device": "a", "n": 1.50}')}","device": "a", "n": 1.50}`,
    );
    expect(item('{ }').json).toBe(`{"event_id":"${lineId(1, '{ }')}" }`);
  });

  test('keeps the id that it has', () => {
    expect(item('{"event_id":"mine"}').json).toBe('{"event_id":"mine"}');
  });

  test('gets an id in the place of null', () => {
    expect(JSON.parse(item('{"event_id":null,"a":1}').json)).toEqual({
      event_id: lineId(1, '{"event_id":null,"a":1}'),
      a: 1,
    });
  });

  test('holds what the line held, whatever that was', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.nat(), (data, line) => {
        fc.pre(!Object.hasOwn(data, 'event_id'));
        const text = JSON.stringify(data);
        const { event_id, ...rest } = JSON.parse(item(text, line).json);
        expect(event_id).toBe(lineId(line, text));
        expect(rest).toEqual(JSON.parse(text));
      }),
    );
  });

  test('goes as a CloudEvents event where its type has no id field', () => {
    const text = '{"ts":5,"n":1.0}';
    const { json } = parseJsonLine({ ...type, id: undefined }, 1, text) as Item;
    expect(json).toBe(
      `{"specversion":"1.0","id":"${lineId(1, text)}","source":"/v1/events/network-traffic",` +
        `"type":"network-traffic","time":5,"data":${text}}`,
    );
    expect(pathOf({ ...type, id: undefined })).toBe('events');
    expect(pathOf(type)).toBe('events/network-traffic');
  });

  test.each(['', '{', 'null', '5', '[]', '"text"', "{'a':1}"])('%j is refused', (text) => {
    expect(parseJsonLine(type, 3, text)).toMatchObject({
      line: 3,
      text,
      reason: expect.stringContaining('not'),
    });
  });
});

test('an id depends on the line and on its number, and on nothing else', () => {
  expect(lineId(1, 'a')).toBe(lineId(1, 'a'));
  expect(new Set([lineId(1, 'a'), lineId(2, 'a'), lineId(1, 'b'), lineId(11, 'a')]).size).toBe(4);
  expect(lineId(12, '{"device":"fleet-7"}')).toMatchInlineSnapshot(`"12-XdHjloThCorG3C3H"`);
});
