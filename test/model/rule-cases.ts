import type { Rule } from './protocol/rules.ts';
import type { Scenario } from './protocol/scenario.ts';
import * as scenarios from './scenarios.ts';

/** For every rule of the protocol, the case in which its absence is seen. */
export const RULE_CASES: Readonly<Record<Rule, Scenario>> = {
  conditionalCommit: scenarios.twoWriters,
  positionCheck: scenarios.twoWriters,
  idCheck: scenarios.twoWriters,
  dedupeBeforeLateness: scenarios.twoWriters,
  wNeverFalls: scenarios.closing,
  lateAfterCommit: scenarios.twoWriters,
  reloadAfterError: scenarios.twoWriters,
  headOnlyRises: scenarios.expiring,
  repeatActions: scenarios.twoWriters,
  ancestorIds: scenarios.split,
  ancestorIdsEveryLoad: scenarios.split,
  allAncestors: scenarios.generations,
  ancestorW: scenarios.split,
  expireBelowHead: scenarios.expiring,
  loadFromHead: scenarios.expiring,
  clockOnlyForward: scenarios.firstShards,
  clockBeforeActing: scenarios.idleFiring,
  registerAll: scenarios.firstShards,
  retireAfterChildren: scenarios.retiring,
  retireConsumed: scenarios.retiring,
  probeIdle: scenarios.idle,
  headsBeforeProbe: scenarios.idle,
  silenceSeesRetired: scenarios.split,
  childAfterParents: scenarios.split,
  claimCondition: scenarios.slowFirers,
  cutAfterClaim: scenarios.closing,
  cutOnce: scenarios.slowFirers,
  takeoverKeepsCut: scenarios.slowFirers,
  lateCommitsStayOut: scenarios.hopping,
  doneConditional: scenarios.slowFirers,
  fence: scenarios.closing,
  fenceListAgain: scenarios.splitClosing,
  pruneAfterFinal: scenarios.slowTakeover,
  fenceRegisters: scenarios.splitClosing,
  confirmTakeover: scenarios.slowTakeover,
  fenceAboveHead: scenarios.closingExpired,
};

/** Cases whose states are all visited with every run of the tests. */
export const SHORT = [
  scenarios.slowFirers,
  scenarios.slowTakeover,
  scenarios.merge,
  scenarios.generations,
  scenarios.expiring,
  scenarios.closingExpired,
];

/** Cases that take longer: visited in the soak run. */
export const LONG = [
  scenarios.split,
  scenarios.twoWriters,
  scenarios.hopping,
  scenarios.firstShards,
  scenarios.splitClosing,
  scenarios.closing,
  scenarios.retiring,
  scenarios.idleFiring,
  scenarios.twoFirers,
  scenarios.idle,
  scenarios.closingCrashes,
];
