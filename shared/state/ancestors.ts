import type { ShardInfo } from './heads.ts';

/** All shards that a shard descends from, nearest first, as far as the stream still shows them. */
export function ancestorsOf(shard: string, shards: readonly ShardInfo[]): string[] {
  const parents = new Map(shards.map((info) => [info.shard, info.parents]));
  const found = new Set<string>();
  const queue = [...(parents.get(shard) ?? [])];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    if (found.has(next)) continue;
    found.add(next);
    queue.push(...(parents.get(next) ?? []));
  }
  return [...found];
}
