import type { WindowStage } from '../pipeline/index.ts';
import { text } from '../state/attributes.ts';
import { replayPk } from '../state/keys.ts';
import type { StageTable } from '../state/stage-table.ts';

/** A stage's history is not replayed yet: its input waits in the stream, in order. */
export class AwaitsReplay extends Error {
  override readonly name = 'AwaitsReplay';
}

const MARK = 'mark';

/**
 * Keeps live events from a stage that awaits a replay. What was live and what is replayed are counted in one log per shard, whose
 * positions only rise: history must come first.
 */
export class ReplayGate {
  readonly #stage: WindowStage;
  readonly #items: StageTable;
  #open: boolean;

  constructor(stage: WindowStage, items: StageTable) {
    this.#stage = stage;
    this.#items = items;
    this.#open = !stage.awaitsReplay;
  }

  /** Once open, it stays so, and nothing is read any more. */
  async isOpen(): Promise<boolean> {
    if (!this.#open) {
      const mark = await this.#items.get(replayPk(this.#stage.name), MARK);
      this.#open = mark?.endedAt !== undefined;
    }
    return this.#open;
  }

  /** @throws AwaitsReplay while the gate is closed */
  async pass(): Promise<void> {
    if (await this.isOpen()) return;
    const { name } = this.#stage;
    throw new AwaitsReplay(
      `stage "${name}" awaits a replay: run "npx millrace replay --stage ${name}", or take awaitsReplay out of its declaration`,
    );
  }

  /** Lets live events in, for good. */
  async open(now: number): Promise<void> {
    await this.#items.update(replayPk(this.#stage.name), MARK, {
      UpdateExpression: 'SET endedAt = if_not_exists(endedAt, :now)',
      ExpressionAttributeValues: { ':now': text(new Date(now).toISOString()) },
    });
    this.#open = true;
  }
}
