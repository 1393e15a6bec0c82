/** The rules of the protocol that can be taken away, one by one. Those marked [!] in the design, and some that it implies. */
export const RULES = {
  conditionalCommit: 'a commit is put only if its number does not exist [!]',
  positionCheck: "(a) records at or before the shard's committed position are dropped [!]",
  idCheck: '(b) events whose id was counted are dropped [!]',
  dedupeBeforeLateness: '(b) comes before (c): de-duplication before lateness [!]',
  wNeverFalls: "a commit's w is never below the previous commit's [!]",
  lateAfterCommit: 'late output is emitted only after the commit [!]',
  reloadAfterError: 'after any error the cached tail is thrown away and read again [!]',
  headOnlyRises: 'a head moves only up (n < :n) [!]',
  repeatActions: 'after a reload the actions between head and tail are repeated [!]',
  ancestorIds: 'a cold load reads the ids of the shards that this one descends from [!]',
  ancestorIdsEveryLoad: 'it does so on every cold load, not only on the first [!]',
  allAncestors: 'it reads those of all ancestors, not only of the parents [!]',
  ancestorW: "a shard's w is at least its ancestors' [!]",
  expireBelowHead: 'a log item expires only at or below the head [!]',
  loadFromHead: 'a cold start begins at the later of the head and the last log item',
  clockOnlyForward: 'the clock moves only forward, by a conditional update [!]',
  clockBeforeActing: 'the clock is moved before anyone acts on the new time [!]',
  registerAll: 'the sweeper registers every shard, at n = 0, before the clock starts [!]',
  retireAfterChildren: "a parent's head retires only after its children are registered [!]",
  retireConsumed: "a parent's head retires only when the parent is consumed [!]",
  probeIdle: 'only a shard with nothing to read may be left out of the minimum',
  headsBeforeProbe: 'the sweeper reads the heads first, then the shards, then probes [!]',
  silenceSeesRetired: 'silence counts from the last event of any shard, also of one that is retired',
  childAfterParents: 'a child shard starts only when its parents are consumed',
  claimCondition: 'a claim needs the revision before it done, or no revision at all [!]',
  cutAfterClaim: 'the tails of a cut are read after the claim [!]',
  cutOnce: 'a cut is set only if there is none [!]',
  takeoverKeepsCut: 'whoever takes a firing over keeps its cut [!]',
  lateCommitsStayOut: "commits whose w had passed the window's end + lateness stay out of it [!]",
  doneConditional: 'done needs the same revision and state claimed [!]',
  fence: 'quiet shards get a fence before a closing [!]',
  fenceListAgain: 'the shards are listed again until no new one appears [!]',
  pruneAfterFinal: 'slices are pruned only after the final revision is done [!]',
  fenceRegisters: 'a shard that a firing finds in the stream is registered before it is fenced',
  confirmTakeover:
    'whoever takes over a firing with a cut looks, after it has read the tails, whether it is still claimed',
  fenceAboveHead: 'a fence comes after the head where the log has expired',
} as const;

export type Rule = keyof typeof RULES;
export type Rules = Readonly<Record<Rule, boolean>>;

/** All rules but one. */
export function rulesWithout(broken?: Rule): Rules {
  const names = Object.keys(RULES) as Rule[];
  return Object.fromEntries(names.map((name) => [name, name !== broken])) as Rules;
}
