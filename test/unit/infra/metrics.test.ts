import { describe, expect, test } from 'vitest';
import { pipelines } from '../../../shared/pipelines/index.ts';
import { NAMESPACE, SERVICES, type Service } from '../../../shared/runtime/telemetry/catalogue.ts';
import { DIMENSION_TYPES, PUBLISHED } from '../../support/aws-metrics.ts';
import { alarmMetrics, metricKey, widgetMetrics, widgets } from '../../support/metric-uses.ts';
import { resource, resources, synthesizeSample } from './support.ts';

const prod = synthesizeSample({ environment: 'prod', pipelines });
const uses = [...alarmMetrics(prod), ...widgetMetrics(prod)];
const foreign = uses.filter(({ namespace }) => namespace !== NAMESPACE);
const own = uses.filter(({ namespace }) => namespace === NAMESPACE);

test('metrics of AWS are published under that name, with exactly these dimensions', () => {
  expect(foreign.length).toBeGreaterThan(100);
  const unpublished = foreign.filter(
    ({ namespace, name, dimensions }) =>
      !PUBLISHED.some(
        (known) =>
          known.namespace === namespace &&
          known.names.includes(name) &&
          known.dimensions.join() === Object.keys(dimensions).join(),
      ),
  );
  expect(unpublished).toEqual([]);
});

test('their dimensions name resources of the templates', () => {
  for (const { where, dimensions } of foreign) {
    for (const [name, path] of Object.entries(dimensions)) {
      expect([where, resource(prod, path).type]).toEqual([where, DIMENSION_TYPES[name]]);
    }
  }
});

test('metrics of functions are in the catalogue, with the dimensions of their service, of this deployment', () => {
  expect(own.length).toBeGreaterThan(50);
  const names = pipelines.flatMap(({ name, stages }) => [name, ...stages.map((stage) => stage.name)]);
  for (const { where, name, dimensions } of own) {
    const { environment, service, ...of } = dimensions;
    const { scope, metrics } = SERVICES[service as Service];
    expect([where, environment]).toEqual([where, 'millrace-prod']);
    expect([where, Object.keys(metrics)]).toEqual([where, expect.arrayContaining([name])]);
    expect([where, Object.keys(of)]).toEqual([where, scope === 'service' ? [] : [scope]]);
    for (const value of Object.values(of)) expect(names).toContain(value);
  }
});

describe('dashboards', () => {
  test('one per pipeline, with what an operator asks for', () => {
    expect(resources(prod, 'AWS::CloudWatch::Dashboard').map(({ path }) => path)).toEqual([
      'Processing/NetworkTraffic/Overview/Dashboard',
      'Processing/PatientVitals/Overview/Dashboard',
    ]);
    const shown = new Set(
      widgetMetrics(prod)
        .filter(({ where }) => where.includes('PatientVitals'))
        .map(metricKey),
    );
    const stage = `stage=vitals-stats`;
    for (const expected of [
      `Millrace EventsAccepted service=window ${stage}`,
      `Millrace EventsLate service=window ${stage}`,
      `Millrace EventsDuplicate service=window ${stage}`,
      `Millrace EventsPartlyLate service=window ${stage}`,
      `Millrace WindowsRevised service=fire ${stage}`,
      `Millrace WindowsClosed service=fire ${stage}`,
      `Millrace EventsRejected service=window ${stage}`,
      `Millrace WriteUnits service=window ${stage}`,
      `Millrace WatermarkLag service=sweep ${stage}`,
      `Millrace ResultDelay service=fire ${stage}`,
      `Millrace HeartbeatAge service=window ${stage}`,
      `Millrace HeartbeatAge service=fire ${stage}`,
      'Millrace HeartbeatAge service=filter stage=elevated',
      'Millrace HeartbeatAge service=alert stage=repeated-breaches',
      'Millrace HeartbeatAge pipeline=patient-vitals service=land',
      'Millrace HeartbeatAge pipeline=patient-vitals service=materialize',
      'Millrace EventsPassed service=filter stage=elevated',
      'Millrace Requests service=ingest',
      'AWS/Lambda IteratorAge FunctionName=Processing/PatientVitals/VitalsStats/Window/Function',
      'AWS/Kinesis IncomingBytes StreamName=Streams/PatientVitals/Events',
    ]) {
      expect([...shown]).toContain(expected);
    }
  });

  test('no graph has more than CloudWatch takes, and none is empty', () => {
    for (const { where, widget } of widgets(prod)) {
      const { metrics } = widget.properties;
      if (metrics === undefined) continue;
      expect([where, metrics.length > 0 && metrics.length <= 500]).toEqual([where, true]);
    }
  });

  test('metric math has no number in a form that it does not know', () => {
    const onDemand = widgets(prod).map(({ widget }) => JSON.stringify(widget.properties));
    expect(onDemand.some((text) => text.includes('* 0.00000000007450580'))).toBe(true);
    for (const text of onDemand) expect(text).not.toMatch(/\d(e-|e\+)\d/);
  });

  test('absent where a deployment wants none', () => {
    const without = synthesizeSample({ environment: 'prod', dashboards: false });
    expect(resources(without, 'AWS::CloudWatch::Dashboard')).toEqual([]);
    expect(resources(synthesizeSample({ environment: 'local' }), 'AWS::CloudWatch::Dashboard')).toEqual([]);
  });

  test('without heartbeats they do not show how old those are', () => {
    const shown = (heartbeat: boolean) =>
      widgetMetrics(synthesizeSample({ environment: 'prod', heartbeat })).some(
        ({ name }) => name === 'HeartbeatAge',
      );
    expect([shown(true), shown(false)]).toEqual([true, false]);
  });

  test('costs are the metrics times the prices that the deployment chose', () => {
    const dear = synthesizeSample({ environment: 'dev', prices: '{"lambdaMillionRequests": 7}' });
    const expressions = widgets(dear).flatMap(({ widget }) =>
      (widget.properties.metrics ?? []).flatMap(([options]) =>
        typeof options === 'object' && options !== null && 'expression' in options
          ? [String(options.expression)]
          : [],
      ),
    );
    expect(expressions.some((text) => text.includes('* 0.000007'))).toBe(true);
    // The shards of its three streams for an hour.
    expect(expressions.some((text) => text.includes('PERIOD(kinesis0) / 3600 * 0.045'))).toBe(true);
    expect(() => synthesizeSample({ prices: '{"lambdaMillionRequest": 7}' })).toThrow(/is no price/);
  });
});
