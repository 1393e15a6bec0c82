import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ENVIRONMENT_NAMES } from '../../../../infra/environment.ts';
import { synthesize } from '../../../../infra/millrace-app.ts';
import { pipelines } from '../../../../shared/pipelines/index.ts';
import { loadModel } from '../../../../tools/local/template/load.ts';
import type { Model } from '../../../../tools/local/template/model.ts';
import { fakeBundler } from '../../infra/support.ts';

describe.each(ENVIRONMENT_NAMES)('the application as it is deployed to %s', (environment) => {
  let outdir: string;
  let model: Model;
  beforeAll(() => {
    outdir = mkdtempSync(join(tmpdir(), 'millrace-application-'));
    synthesize({ pipelines, bundler: fakeBundler, validate: false, environment, outdir });
    model = loadModel(outdir, 'http://127.0.0.1:4000');
  });
  afterAll(() => rmSync(outdir, { recursive: true, force: true }));

  test('can be run here, with nothing left out', () => {
    expect(model.leftOut).toEqual([]);
    for (const part of [model.streams, model.tables, model.buckets, model.mappings, model.routes]) {
      expect(part).not.toEqual([]);
    }
  });

  test('has functions with code and names of their own', () => {
    for (const { directory } of model.functions) expect(existsSync(directory ?? '')).toBe(true);
    const labels = model.functions.map(({ label }) => label);
    expect(labels).toEqual(expect.arrayContaining(['ingest', 'query', 'network-traffic-fire']));
    expect(new Set(labels).size).toBe(labels.length);
  });

  test('refers only to functions, streams and buckets that it has', () => {
    const functions = model.functions.map(({ name }) => name);
    const streams = model.streams.map(({ name }) => name);
    const invoked = [
      ...model.mappings.map(({ functionName }) => functionName),
      ...model.routes.map(({ functionName }) => functionName),
      ...model.asyncConfigs.map(({ functionName }) => functionName),
      ...model.schedules.flatMap(({ targets }) => targets.map(({ functionName }) => functionName)),
    ];
    expect(functions).toEqual(expect.arrayContaining(invoked));
    expect(streams).toEqual(expect.arrayContaining(model.mappings.map(({ streamName }) => streamName)));
    expect(model.buckets).toEqual(
      expect.arrayContaining(model.mappings.map(({ onFailureBucket }) => onFailureBucket)),
    );
  });
});
