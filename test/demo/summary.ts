import { INVARIANTS, type Invariant, type Report, type Transition } from '../observer/index.ts';
import { BOLD, DIM, GREEN, plural, RED, type Paint } from './text.ts';

export interface Outcome {
  readonly nodes: number;
  readonly version: string;
  readonly parallel: number;
  readonly evicted: number;
  /** The operator's, from the changed version to the end. */
  readonly requests: { readonly total: number; readonly evictions: number };
  readonly heldNode: string;
  readonly heldNodeIsCordoned: boolean;
  readonly jobNode: string;
  readonly jobSucceeded: boolean;
  readonly report: Report;
}

const MEANINGS: Readonly<Record<Invariant, string>> = {
  'no-reload-under-load': 'drivers were replaced on cordoned, empty nodes only',
  'within-limits': 'never were more nodes in progress than allowed',
  'human-cordon-kept': 'what a person cordoned stayed cordoned',
  'no-node-left-behind': 'no node stayed cordoned by the upgrade',
  'one-bad-node': 'every node got to the end of its upgrade',
  'pdb-respected': 'pods left by eviction only, as their budget allowed',
  'legal-transitions': 'every node passed every state, in order',
  'done-means-updated': 'nodes that say upgrade-done run the new driver',
};

/** What the run came to, for the end of the show. */
export function summary(outcome: Outcome, paint: Paint): readonly string[] {
  const { statistics } = outcome.report;
  const { nodes, version } = outcome;
  return [
    paint(` ${nodes} nodes upgraded to ${version} in ${statistics.durationSeconds.toFixed(1)} s`, BOLD),
    ...figures(outcome).map(([name, value]) => `   ${name.padEnd(28)}${value}`),
    '',
    paint(' The observer, which saw every change from outside, says:', BOLD),
    ...INVARIANTS.map((invariant) => verdict(invariant, outcome.report, paint)),
  ];
}

/** What went otherwise than it should have, although the observer found nothing. */
export function shortcomings(outcome: Outcome): readonly string[] {
  const { heldNode, jobNode } = outcome;
  return [
    ...(outcome.heldNodeIsCordoned ? [] : [`${heldNode} was cordoned by a person and no longer is`]),
    ...(outcome.jobSucceeded ? [] : [`the Job on ${jobNode} did not run to its end`]),
  ];
}

function figures(outcome: Outcome): readonly (readonly [string, string])[] {
  const { nodes, parallel, evicted, requests, report } = outcome;
  const { mostInProgress, cordonedSeconds, transitions } = report.statistics;
  const limit = parallel === 0 ? 'no limit' : `limit ${parallel}`;
  const perNode = [...cordonedSeconds].filter(([node]) => node !== outcome.heldNode).map(([, time]) => time);
  const outOfService = perNode.reduce((sum, time) => sum + time, 0) / Math.max(1, perNode.length);
  const waited = waitSeconds(transitions.get(outcome.jobNode) ?? []);
  return [
    ['most nodes in progress', `${mostInProgress} (${limit})`],
    ['out of service', `${outOfService.toFixed(1)} s a node, on average`],
    [
      'pods evicted',
      `${evicted} (${plural(requests.evictions - evicted, 'try', 'tries')} refused by the budget)`,
    ],
    ['requests of the operator', `${(requests.total / nodes).toFixed(1)} a node, ${requests.total} in all`],
    [
      'the Job',
      `${outcome.jobSucceeded ? 'ran to its end' : 'was cut short'}; ${outcome.jobNode} waited ${waited.toFixed(1)} s for it`,
    ],
    [
      "the person's cordon",
      `${outcome.heldNode} is upgraded, and ${outcome.heldNodeIsCordoned ? 'cordoned as before' : 'NOT cordoned any more'}`,
    ],
  ];
}

/** How long a node waited for pods to complete. */
function waitSeconds(transitions: readonly Transition[]): number {
  const time = (matches: (transition: Transition) => boolean): number => transitions.find(matches)?.time ?? 0;
  return (
    (time(({ from }) => from === 'wait-for-jobs-required') -
      time(({ to }) => to === 'wait-for-jobs-required')) /
    1000
  );
}

function verdict(invariant: Invariant, { violations }: Report, paint: Paint): string {
  const count = violations.filter((finding) => finding.invariant === invariant).length;
  const mark = count === 0 ? paint('✓', GREEN) : paint('✗', RED);
  const text = count === 0 ? MEANINGS[invariant] : plural(count, 'violation');
  return `   ${mark} ${invariant.padEnd(22)}${paint(text, count === 0 ? DIM : RED)}`;
}
