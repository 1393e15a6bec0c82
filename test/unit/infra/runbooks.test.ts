import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { RUNBOOKS } from '../../../infra/constructs/alarms/runbooks.ts';
import { pipelines } from '../../../shared/pipelines/index.ts';
import { resources, synthesizeSample } from './support.ts';

const docs = join(import.meta.dirname, '../../../docs');
const pages = readdirSync(join(docs, 'runbooks')).map((file) => file.replace(/\.md$/, ''));
const alarms = resources(synthesizeSample({ environment: 'prod', pipelines }), 'AWS::CloudWatch::Alarm');
const pageOf = (description: string) => / docs\/runbooks\/([a-z-]+)\.md$/.exec(description)?.[1];

test('every alarm links to a page, and every page has an alarm', () => {
  const linked = new Set(alarms.map(({ properties }) => pageOf(properties.AlarmDescription)));
  expect([...linked].sort()).toEqual([...pages].sort());
  expect([...RUNBOOKS]).toEqual([...pages].sort());
});

test.each(pages)('%s says what it means, how to look and what to do', (page) => {
  const text = readFileSync(join(docs, 'runbooks', `${page}.md`), 'utf8');
  const headings = [...text.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);
  expect(headings).toEqual(['What it means', 'How to look', 'What to do']);
  for (const [, link = ''] of text.matchAll(/\]\(([^)#]+)/g)) {
    expect(() => readFileSync(join(docs, 'runbooks', link))).not.toThrow();
  }
});

test('a deployment says where its copies of the pages are', () => {
  const elsewhere = synthesizeSample({ environment: 'prod', runbooks: 'https://wiki.example/millrace/' });
  for (const { properties } of resources(elsewhere, 'AWS::CloudWatch::Alarm')) {
    expect(properties.AlarmDescription).toMatch(/ https:\/\/wiki\.example\/millrace\/[a-z-]+\.md$/);
  }
});
