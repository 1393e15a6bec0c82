import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ParameterError, parseWindowParams } from '../../../shared/results/params.ts';

const parse = (search: string) => parseWindowParams('s', search);

describe('the parameters of a query', () => {
  test('may all be missing or empty', () => {
    const none = { query: { stage: 's', key: undefined, from: undefined, to: undefined }, limit: 1000 };
    expect(parse('')).toMatchObject(none);
    expect(parse('key=&from=&to=&limit=&cursor=')).toMatchObject(none);
  });

  test('are decoded', () => {
    expect(parse('key=a%2Fb%26c%20%2B&limit=10000&cursor=x')).toMatchObject({
      query: { key: 'a/b&c +' },
      limit: 10_000,
      cursor: 'x',
    });
  });

  test.each([
    ['0', 0],
    ['-60000', -60_000],
    ['1431857100000', 1_431_857_100_000],
    ['2015-05-17T10:05:00Z', 1_431_857_100_000],
    ['2015-05-17T10:05:00.250Z', 1_431_857_100_250],
    ['2015-05-17T12:05:00%2B02:00', 1_431_857_100_000],
    ['2015-05-17T12:05:00+02:00', 1_431_857_100_000],
    ['2015-05-17', Date.UTC(2015, 4, 17)],
  ])('a time may be given as %s', (text, time) => {
    expect(parse(`from=${text}`).query.from).toBe(time);
    expect(parse(`to=${text}`).query.to).toBe(time);
  });

  test.each([
    ['from=yesterday', 'from is not a time'],
    ['to=2015-02-30T00:00:00Z', 'to is not a time'],
    ['to=2015-02-30', 'to is not a time'],
    ['from=1.5', 'from is not a time'],
    ['from=2&to=1', 'from lies after to'],
    ['limit=0', 'limit'],
    ['limit=10001', 'limit'],
    ['limit=1e3', 'limit'],
    ['limit=-1', 'limit'],
    ['key=a&key=b', 'key is given twice'],
    ['form=5', 'there is no parameter "form"'],
  ])('%s is refused', (search, reason) => {
    expect(() => parse(search)).toThrow(ParameterError);
    expect(() => parse(search)).toThrow(reason);
  });

  test('whatever is thrown is ours', () => {
    fc.assert(
      fc.property(fc.webQueryParameters(), (search) => {
        try {
          parse(search);
        } catch (error) {
          expect(error).toBeInstanceOf(ParameterError);
        }
      }),
    );
  });
});
