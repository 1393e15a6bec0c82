import { expect, test } from 'vitest';
import { OMITTABLE } from '../../../infra/omit.ts';
import { resources, synthesizeSample } from './support.ts';

/** Logical ids that a value refers to: those of `Ref`, `Fn::GetAtt` and, of whole resources, `DependsOn`. */
function* references(value: unknown): Generator<string> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    if (key === 'Ref' && typeof inner === 'string') yield inner;
    else if (key === 'Fn::GetAtt' && Array.isArray(inner)) yield String(inner[0]);
    else if (key === 'DependsOn') yield* [inner].flat().map(String);
    else yield* references(inner);
  }
}

test('what is omitted is gone from the templates, and nothing refers to it', () => {
  const whole = synthesizeSample({ environment: 'stage' });
  const without = synthesizeSample({ environment: 'stage', omit: OMITTABLE.join(',') });
  const isOmitted = (type: string): boolean => OMITTABLE.some((omitted) => omitted === type);
  const kept = resources(whole)
    .filter(({ type }) => !isOmitted(type))
    .map(({ path }) => path);
  expect(resources(without).map(({ path }) => path)).toEqual(kept);
  expect(kept.length).toBeLessThan(resources(whole).length);
  for (const { template } of without.stacks) {
    const names = new Set(Object.keys(template.Resources));
    const dangling = [...references(template)].filter((id) => !names.has(id) && !id.startsWith('AWS::'));
    expect(dangling).toEqual([]);
  }
});

test('of a type those are omitted that have a property', () => {
  const alarms = (omit?: string) =>
    resources(synthesizeSample({ environment: 'stage', omit }), 'AWS::CloudWatch::Alarm');
  const [whole, without] = [alarms(), alarms('AWS::CloudWatch::Alarm/Metrics')];
  const simple = whole.filter(({ properties }) => properties.Metrics === undefined);
  expect(simple.length).toBeLessThan(whole.length);
  expect(without.map(({ path }) => path)).toEqual(simple.map(({ path }) => path));
});
