import { createHash } from 'node:crypto';
import type { Session } from '../pipeline/index.ts';
import type { WindowMerge } from '../windows/types.ts';
import { binary, type Item, number, readNumber, readText, text } from './attributes.ts';
import { chunksOf, piecesOf } from './chunks.ts';
import type { CompiledStage } from './compiled-stage.ts';
import { decompress } from './compress.ts';
import { mapLimit } from './concurrency.ts';
import { carryPk, itemKey, timeSk } from './keys.ts';
import type { StageTable } from './stage-table.ts';

const WRITES = 8;

/**
 * Where the open slices of a stage with sessions begin: those before are closed, have been pruned from the logs' lists, and what goes
 * on from them is carried over. -Infinity before anything is closed.
 */
export const boundaryOf = ({ plan, closingDelay }: CompiledStage, { gap }: Session, closed: number): number =>
  plan.windows.sliceOf(closed - closingDelay - gap);

/**
 * What goes on across a boundary below which everything is closed: of every key the session that an event there would belong to,
 * partials of the closed slices merged. Its content follows from those slices alone, so that whoever computes it may store it, and the
 * first to do so has. The item of the boundary itself names the one making of it that counts.
 */
export class Carries {
  readonly #items: StageTable;

  constructor(items: StageTable) {
    this.#items = items;
  }

  /** The encoded deltas that {@link write} stored; none where nothing is carried over. Consistent. */
  async read(boundary: number): Promise<Uint8Array[]> {
    if (!Number.isFinite(boundary)) return [];
    const range = { first: timeSk(boundary), last: `${timeSk(boundary)}#~` };
    const items: Item[] = [];
    for await (const item of this.#items.query(carryPk(this.#items.stage), range)) items.push(item);
    const [head] = items;
    if (head === undefined || readText(head, 'sk') !== timeSk(boundary)) return [];
    const digest = readText(head, 'digest');
    const pieces = items.filter((item) => item !== head && readText(item, 'digest') === digest);
    if (pieces.length !== readNumber(head, 'chunks', 0))
      throw new CarryIncomplete(this.#items.stage, boundary);
    return joined(pieces).map(decompress);
  }

  /** Stores what is carried over a boundary, unless that has been done. */
  async write(boundary: number, carried: WindowMerge, expiresAt: number): Promise<void> {
    if (carried.size === 0) return;
    const chunks = [...chunksOf(carried, boundary)];
    const pieces = chunks.flatMap((chunk, index) =>
      piecesOf(chunk).map((delta, part) => ({ name: part === 0 ? `${index}` : `${index}#${part}`, delta })),
    );
    // Of the pieces, so that code that cuts chunks otherwise names them otherwise.
    const hash = createHash('sha1');
    for (const { delta } of pieces) hash.update(`${delta.length};`).update(delta);
    const digest = hash.digest('base64url').slice(0, 16);
    const item = (sk: string, rest: Item): Item => ({
      ...itemKey(carryPk(this.#items.stage), sk),
      digest: text(digest),
      expiresAt: number(expiresAt),
      ...rest,
    });
    await mapLimit(pieces, WRITES, ({ name, delta }) =>
      this.#items.putNew(item(`${timeSk(boundary)}#${digest}#${name}`, { delta: binary(delta) })),
    );
    await this.#items.putNew(item(timeSk(boundary), { chunks: number(pieces.length) }));
  }
}

/** The chunks of which these items are pieces: the first of a chunk has its number for a name, and all others one of their own behind it. */
function joined(items: readonly Item[]): Uint8Array[] {
  const chunks = new Map<string, Uint8Array[]>();
  for (const item of items) {
    const [, , index = '', part = '0'] = readText(item, 'sk').split('#');
    const pieces = chunks.get(index) ?? [];
    chunks.set(index, pieces);
    pieces[Number(part)] = item.delta?.B ?? new Uint8Array();
  }
  return [...chunks.values()].map((pieces) =>
    pieces.length === 1 ? (pieces[0] as Uint8Array) : Buffer.concat(pieces),
  );
}

/** Part of what was carried over is missing: state was deleted by hand. */
export class CarryIncomplete extends Error {
  override readonly name = 'CarryIncomplete';

  constructor(stage: string, boundary: number) {
    super(`of what stage ${stage} carried over ${new Date(boundary).toISOString()} a part is missing`);
  }
}
