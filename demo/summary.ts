import { INVARIANTS, type Invariant, type Report, type Transition } from '../src/invariants/index.ts';
import type { Usage } from './operator/usage.ts';
import { isUpgraded, type FleetSnapshot } from './view/fleet.ts';
import { BOLD, DIM, GREEN, hanging, plural, RED, type Paint } from './view/text.ts';

export interface Outcome {
  readonly version: string;
  readonly parallel: number;
  /** How long the driver itself takes to load, about. */
  readonly driverSeconds: number;
  /** The fleet in the end. */
  readonly snapshot: FleetSnapshot;
  /** How many changes in the cluster were judged. */
  readonly changes: number;
  readonly held: { readonly node: string; readonly isCordoned: boolean };
  readonly jobs: { readonly nodes: readonly string[]; readonly succeeded: number };
  /** The operator's, from the changed version to the end. */
  readonly usage: Usage;
  readonly report: Report;
}

const MEANINGS: Readonly<Record<Invariant, string>> = {
  'no-reload-under-load': 'drivers were replaced on cordoned, empty nodes only',
  'within-limits': 'never were more nodes in progress than allowed',
  'human-cordon-kept': 'what a person cordoned stayed cordoned',
  'no-node-left-behind': 'no node stayed cordoned by the upgrade',
  'one-bad-node': 'every node got to the end of its upgrade',
  'pdb-respected': 'pods left by eviction only, as their budget allowed',
  'no-needless-eviction': 'pods were evicted only where the policy drains',
  'no-needless-reload': 'no driver was replaced that was up to date',
  'jobs-awaited': 'no node was drained before its jobs had ended',
  'legal-transitions': 'every node passed every state, in order',
  'done-means-updated': 'nodes that say upgrade-done run the new driver',
};

/** What the run came to, for the end of the show. */
export function summary(outcome: Outcome, width: number, paint: Paint): readonly string[] {
  const { report, snapshot, version, changes } = outcome;
  const upgraded = snapshot.nodes.filter(isUpgraded).length;
  const headline = `${upgraded} of ${snapshot.nodes.length} nodes upgraded to ${version} in ${report.statistics.durationSeconds.toFixed(0)} s`;
  return [
    paint(` ${headline}`, BOLD),
    ...figures(outcome).flatMap(([name, value]) => hanging(`   ${name.padEnd(23)}`, value, width)),
    '',
    paint(` Checked after each of the ${changes} changes in the cluster:`, BOLD),
    ...INVARIANTS.map((invariant) => verdict(invariant, report, paint)),
  ];
}

/** What went otherwise than it should have, although no promise was broken. */
export function shortcomings({ held, jobs, snapshot }: Outcome): readonly string[] {
  const left = snapshot.nodes.filter((node) => !isUpgraded(node)).map(({ name }) => name);
  return [
    ...(left.length === 0 ? [] : [`not upgraded: ${left.join(', ')}`]),
    ...(held.isCordoned ? [] : [`${held.node} was cordoned by a person and no longer is`]),
    ...(jobs.succeeded === jobs.nodes.length
      ? []
      : [`only ${jobs.succeeded} of ${jobs.nodes.length} jobs ran to their end`]),
  ];
}

function figures(outcome: Outcome): readonly (readonly [string, string])[] {
  const { parallel, snapshot, usage, report, held, jobs } = outcome;
  const { mostInProgress, transitions } = report.statistics;
  const limit = parallel === 0 ? 'no limit' : `limit ${parallel}`;
  const waited = Math.max(0, ...jobs.nodes.map((node) => waitSeconds(transitions.get(node) ?? [])));
  const failed = failedNodes(outcome);
  const nodes = snapshot.nodes.length;
  const refused = plural(usage.refusedEvictions, 'try', 'tries');
  return [
    ['most nodes in progress', `${mostInProgress} (${limit})`],
    ['out of service', outOfService(outcome, failed)],
    ['pods evicted', `${snapshot.evicted}; ${refused} refused by the PodDisruptionBudget`],
    [
      'training jobs',
      `${jobs.succeeded} of ${jobs.nodes.length} ran to their end; nodes waited up to ${waited.toFixed(1)} s`,
    ],
    [
      "the person's cordon",
      held.isCordoned
        ? `${held.node} is upgraded, and cordoned as before`
        : `${held.node} is NOT cordoned any more`,
    ],
    ['failed for a while', failed.length === 0 ? 'no node' : `${failed.join(', ')}; recovered by themselves`],
    ['requests', `${usage.requests} to the API server: ${(usage.requests / nodes).toFixed(0)} a node`],
  ];
}

/** Of the nodes to which nothing special happened. */
function outOfService({ report, held, jobs, driverSeconds }: Outcome, failed: readonly string[]): string {
  const special = new Set([held.node, ...jobs.nodes, ...failed]);
  const times = [...report.statistics.cordonedSeconds]
    .filter(([node]) => !special.has(node))
    .map(([, time]) => time);
  const mean = times.reduce((sum, time) => sum + time, 0) / Math.max(1, times.length);
  return `${mean.toFixed(1)} s a node on average (the driver alone: ${driverSeconds.toFixed(1)} s)`;
}

function failedNodes({ report }: Outcome): readonly string[] {
  return [...report.statistics.transitions]
    .filter(([, steps]) => steps.some(({ to }) => to === 'upgrade-failed'))
    .map(([node]) => node)
    .sort();
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
