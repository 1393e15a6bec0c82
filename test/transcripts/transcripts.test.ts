import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Counts } from '../../shared/state/commit.ts';
import { startDynamoDB, type TestDynamoDB } from '../support/dynamodb.ts';
import { World } from '../support/world.ts';
import { AlgebraStage, type Observed } from './algebra.ts';
import { declareStage } from './declare.ts';
import { describeEmission, emissionOf } from './describe.ts';
import { readTranscripts } from './read.ts';
import { SessionAlgebraStage } from './session-algebra.ts';
import { ARRIVAL, type Emission, type Outcome, type Step, type Transcript } from './transcript.ts';

const transcripts = readTranscripts();

type Bounds = Pick<Emission, 'key' | 'start' | 'end'>;

/** Checks one step: exactly the results that the transcript names, in any order, with at least the values it names. */
function expectStep(step: Step, observed: Observed): void {
  const order = (a: Bounds, b: Bounds) =>
    a.end - b.end || (a.key === b.key ? a.start - b.start : a.key < b.key ? -1 : 1);
  expect(step.outcomes, step.text).toContain(observed.outcome);
  if (step.watermark !== undefined) expect(observed.watermark, step.text).toBe(step.watermark);
  const [emitted, expected] = [[...observed.emits].sort(order), [...step.emits].sort(order)];
  expect(emitted.map(describeEmission), step.text).toEqual(expected.map(describeEmission));
  expect(
    emitted.map(({ values }) => values),
    step.text,
  ).toMatchObject(expected.map(({ values }) => values));
}

describe('by the pure algebra', () => {
  test.each(transcripts)('$slug: $name', (transcript) => {
    const stage =
      'session' in transcript.stage.window
        ? new SessionAlgebraStage(transcript)
        : new AlgebraStage(transcript);
    for (const step of transcript.steps) expectStep(step, stage.take(step.event));
  });
});

describe('by the protocol, over a DynamoDB emulator', () => {
  let dynamodb: TestDynamoDB;
  beforeAll(async () => {
    dynamodb = await startDynamoDB();
  });
  afterAll(() => dynamodb.stop());

  test.each(transcripts)('$slug: $name', async (transcript) => {
    const stage = new ProtocolStage(await worldOf(dynamodb, transcript));
    for (const step of transcript.steps) expectStep(step, await stage.take(step));
  });
});

async function worldOf(dynamodb: TestDynamoDB, transcript: Transcript): Promise<World> {
  const world = await World.create(dynamodb, declareStage(transcript), 1, ARRIVAL);
  await world.sweep();
  return world;
}

/** The writer, the firing and the sweeping of a stage, in turn after every event. */
class ProtocolStage {
  readonly #world: World;
  #seen = 0;

  constructor(world: World) {
    this.#world = world;
  }

  async take({ event }: Step): Promise<Observed> {
    const before = await this.#counts();
    const { id, key, time, amount } = event;
    const { name } = this.#world.context.compiled.stage.input;
    // Longer than a writer goes without looking at the stage's clock.
    this.#world.now += 20_000;
    this.#world.put(0, [{ type: name, source: '/test', id, time, key, data: { id, key, at: time, amount } }]);
    await this.#world.deliver('shardId-000000000000', 1);
    await this.#world.fire();
    const emits = this.#world.results.slice(this.#seen).map(emissionOf);
    this.#seen = this.#world.results.length;
    const clock = await this.#world.context.clock.read();
    return {
      outcome: outcomeOf(before, await this.#counts()),
      watermark: clock?.watermark ?? Number.NEGATIVE_INFINITY,
      emits,
    };
  }

  async #counts(): Promise<Counts | undefined> {
    return (await this.#world.context.log.last('shardId-000000000000'))?.tail.counts;
  }
}

function outcomeOf(before: Counts | undefined, after: Counts | undefined): Outcome {
  const grown = (['accepted', 'late', 'duplicate', 'rejected'] as const).filter(
    (name) => (after?.[name] ?? 0) > (before?.[name] ?? 0),
  );
  expect(grown.length).toBeLessThan(2);
  return grown[0] ?? 'outside';
}
