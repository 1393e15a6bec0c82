import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Meter } from '../../../../shared/runtime/telemetry/meter.ts';

let printed: string[];
beforeEach(() => {
  printed = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed.push(String(text));
    return true;
  });
});
afterEach(() => vi.restoreAllMocks());

const line = () => JSON.parse(printed.join('').trim());

test('an invocation prints one line with its sums, zeros too, and each value of what is recorded', () => {
  const meter = new Meter('ingest', undefined, 'millrace-test');
  meter.add('EventsAccepted', 3);
  meter.add('EventsAccepted', 4);
  meter.record('RequestDuration', 12);
  meter.record('RequestDuration', 5);
  meter.publish();
  const { _aws, ...members } = line();
  expect(members).toEqual({
    service: 'ingest',
    environment: 'millrace-test',
    Requests: 0,
    RequestsRefused: 0,
    EventsAccepted: 7,
    EventsRejected: 0,
    EventsNotStored: 0,
    RequestDuration: [12, 5],
  });
  const [{ Namespace, Dimensions }] = _aws.CloudWatchMetrics;
  expect([Namespace, Dimensions]).toEqual(['Millrace', [['service', 'environment']]]);
});

test('the next invocation begins anew, and what was not touched prints nothing', () => {
  const meter = new Meter('window', 'totals', 'millrace-test');
  meter.add('Commits');
  meter.publish();
  expect(line()).toMatchObject({ stage: 'totals', Commits: 1, EventsLate: 0 });
  printed.length = 0;
  meter.publish();
  expect(printed).toEqual([]);
  meter.add('EventsLate', 2);
  meter.publish();
  expect(line()).toMatchObject({ Commits: 0, EventsLate: 2 });
});

test('the age of a heartbeat is how long it was under way, and no less than nothing where clocks differ', () => {
  vi.spyOn(Date, 'now').mockReturnValue(10_000);
  const meter = new Meter('filter', 'odd', 'millrace-test');
  meter.heartbeat(undefined);
  meter.publish();
  expect(printed).toEqual([]);
  meter.heartbeat(8_766);
  meter.heartbeat(10_005);
  meter.publish();
  expect(line()).toMatchObject({ stage: 'odd', HeartbeatAge: [1_234, 0] });
});

test('a meter of a stage needs to know which', () => {
  expect(() => new Meter('window')).toThrow('the metrics of window are those of one stage');
});
