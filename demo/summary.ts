import { INVARIANTS, type Invariant, type Report } from '../src/invariants/index.ts';
import type { Usage } from './operator/usage.ts';
import { isUpgraded, type CordonCount, type FleetSnapshot, type Rollout, type Wait } from './view/fleet.ts';
import { BOLD, DIM, GREEN, hanging, plural, RED, seconds, type Paint } from './view/text.ts';

export interface Outcome {
  readonly rollout: Pick<Rollout, 'to' | 'parallel'>;
  readonly log: RolloutFigures;
  /** How long the driver itself takes to load, about. */
  readonly driverSeconds: number;
  /** The fleet in the end. */
  readonly snapshot: FleetSnapshot;
  /** How many changes in the cluster were judged. */
  readonly changes: number;
  /** The operator's, from the changed version to the end. */
  readonly usage: Usage;
  readonly report: Report;
  /** What the demo itself has put in the way; absent if nothing. */
  readonly obstacles?: Obstacles;
}

export interface Obstacles {
  readonly held: { readonly node: string; readonly isCordoned: boolean };
  readonly jobs: { readonly count: number; readonly succeeded: number };
}

/** Times in milliseconds. */
export interface RolloutFigures {
  readonly duration: number;
  readonly mostInProgress: number;
  readonly mostCordoned: CordonCount;
  readonly outOfService: ReadonlyMap<string, number>;
  /** Nodes that have failed, if only for a while. */
  readonly failed: readonly string[];
}

const LONGEST_WAITS = 3;

/** What the run came to, for the end of the show. */
export function summary(outcome: Outcome, width: number, paint: Paint): readonly string[] {
  return [
    ...figureLines(outcome, width, paint),
    '',
    ...hanging(' ', checked(outcome), width).map((line) => paint(line, BOLD)),
    ...INVARIANTS.map((invariant) => verdict(invariant, outcome, paint)),
  ];
}

/** The same in a few lines, with what was broken if anything was. */
export function shortSummary(outcome: Outcome, width: number, paint: Paint): readonly string[] {
  const broken = new Set(outcome.report.violations.map(({ invariant }) => invariant));
  return [
    ...figureLines(outcome, width, paint),
    ...hanging('   promises               ', checked(outcome), width),
    ...[...broken].map((invariant) => verdict(invariant, outcome, paint)),
  ];
}

/** What went otherwise than it should have, although no promise was broken. */
export function shortcomings({ obstacles, snapshot }: Outcome): readonly string[] {
  const left = snapshot.nodes.filter((node) => !isUpgraded(node)).map(({ name }) => name);
  return [
    ...(left.length === 0 ? [] : [`not upgraded: ${left.join(', ')}`]),
    ...(obstacles === undefined ? [] : notOvercome(obstacles)),
  ];
}

function notOvercome({ held, jobs }: Obstacles): readonly string[] {
  return [
    ...(held.isCordoned ? [] : [`${held.node} was cordoned by a person and no longer is`]),
    ...(jobs.succeeded === jobs.count
      ? []
      : [`only ${jobs.succeeded} of ${jobs.count} jobs ran to their end`]),
  ];
}

function figureLines(outcome: Outcome, width: number, paint: Paint): readonly string[] {
  const { rollout, log, snapshot } = outcome;
  const upgraded = snapshot.nodes.filter(isUpgraded).length;
  const took = upgraded === 0 ? '' : ` in ${(log.duration / 1000).toFixed(0)} s`;
  const headline = `${upgraded} of ${snapshot.nodes.length} nodes upgraded to ${rollout.to}${took}`;
  return [
    paint(` ${headline}`, BOLD),
    ...figures(outcome).flatMap(([name, ...values]) =>
      values.flatMap((value, index) => hanging(`   ${(index === 0 ? name : '').padEnd(23)}`, value, width)),
    ),
  ];
}

/** What stands beside its name, line by line. */
type Figure = readonly [name: string, ...values: readonly string[]];

function figures(outcome: Outcome): readonly Figure[] {
  const { rollout, log, snapshot, usage, obstacles } = outcome;
  const limit = rollout.parallel === 0 ? 'no limit' : `limit ${rollout.parallel}`;
  const refused = plural(usage.refusedEvictions, 'try', 'tries');
  return [
    ['most nodes in progress', `${log.mostInProgress} (${limit})`],
    ['most nodes cordoned', cordonedAtOnce(log.mostCordoned)],
    ['out of service', ...outOfService(outcome)],
    ['longest waits', ...longestWaits(snapshot.waits)],
    ['pods evicted', `${snapshot.evicted}; ${refused} refused by a PodDisruptionBudget`],
    ...(obstacles === undefined ? [] : overcome(obstacles)),
    ['failed', failures(outcome)],
    ['requests', requests(usage, snapshot.nodes.length)],
  ];
}

function overcome({ held, jobs }: Obstacles): readonly Figure[] {
  return [
    ['training jobs', `${jobs.succeeded} of ${jobs.count} ran to their end`],
    ["the person's cordon", `${held.node} is ${held.isCordoned ? 'still' : 'NOT'} cordoned`],
  ];
}

function cordonedAtOnce({ all, inProgress, failed, person }: CordonCount): string {
  const parts = [
    ...(inProgress === 0 ? [] : [`${inProgress} in progress`]),
    ...(failed === 0 ? [] : [`${failed} failed`]),
    ...(person === 0 ? [] : [`${person} by a person`]),
  ];
  return [`${all} at once`, ...(parts.length === 0 ? [] : [parts.join(', ')])].join(': ');
}

/** Of all nodes that were upgraded, the failed, the cordoned and those with jobs among them. */
function outOfService({ log, snapshot, driverSeconds }: Outcome): readonly string[] {
  const times = [...log.outOfService].sort(([, a], [, b]) => b - a);
  const [longest] = times;
  if (longest === undefined) return ['no node'];
  const mean = times.reduce((sum, [, time]) => sum + time, 0) / times.length;
  const [node, time] = longest;
  const [cause] = byLength(snapshot.waits.filter((wait) => wait.node === node));
  const why = cause === undefined ? '' : ` (${seconds(cause.ms)} ${cause.cause})`;
  return [
    `${seconds(mean)} a node on average (driver alone about ${driverSeconds.toFixed(1)} s)`,
    `longest ${node}, ${seconds(time)}${why}`,
  ];
}

function longestWaits(waits: readonly Wait[]): readonly string[] {
  const longest = byLength(waits.filter(({ state }) => state !== 'upgrade-failed')).slice(0, LONGEST_WAITS);
  if (longest.length === 0) return ['none that the operator has told of'];
  return longest.map(({ node, ms, cause }) => `${node}, ${seconds(ms)} ${cause}`);
}

function byLength(waits: readonly Wait[]): readonly Wait[] {
  return [...waits].sort((a, b) => b.ms - a.ms);
}

function failures({ log, snapshot }: Outcome): string {
  if (log.failed.length === 0) return 'no node';
  const left = snapshot.nodes.filter(({ state }) => state === 'upgrade-failed').map(({ name }) => name);
  const times = snapshot.waits.filter(({ state }) => state === 'upgrade-failed').map(({ ms }) => ms);
  const since = left.length === 0 ? 'upgraded since' : `still so: ${left.join(', ')}`;
  const longest = times.length === 0 ? '' : `for up to ${seconds(Math.max(...times))}, `;
  return `${log.failed.join(', ')}; ${longest}${since}`;
}

function requests({ requests: all, evictions, events }: Usage, nodes: number): string {
  const perNode = (count: number): string => (count / nodes).toFixed(0);
  return (
    `${all} to the API server, ${perNode(all)} a node: ${perNode(evictions)} for evictions, ` +
    `${perNode(events)} for Events, ${perNode(all - evictions - events)} for all the rest`
  );
}

function checked({ changes, report: { violations, races } }: Outcome): string {
  const broken = violations.length === 0 ? 'none broke a promise' : plural(violations.length, 'violation');
  return (
    `Checked by this demo, not by the operator, after each of ${changes} changes in the cluster: ${broken}` +
    `, ${races.length} excused as unavoidable`
  );
}

function verdict(invariant: Invariant, outcome: Outcome, paint: Paint): string {
  const count = outcome.report.violations.filter((finding) => finding.invariant === invariant).length;
  const [mark, text] =
    count === 0
      ? [paint('✓', GREEN), meaning(invariant, outcome).padEnd(SENTENCE)]
      : [paint('✗', RED), paint(plural(count, 'violation').padEnd(SENTENCE), RED)];
  return `   ${mark} ${text} ${paint(invariant, DIM)}`;
}

const SENTENCE = 52;

const MEANINGS: Readonly<Record<Invariant, string>> = {
  'no-reload-under-load': 'drivers were replaced on cordoned, empty nodes only',
  'within-limits': 'never were more nodes in progress than allowed',
  'human-cordon-kept': 'what a person cordoned stayed cordoned',
  'no-node-left-behind': 'every cordon the upgrade set was taken away again',
  'one-bad-node': 'every node got to the end of its upgrade',
  'pdb-respected': 'pods left by eviction only, as their budget allowed',
  'no-needless-eviction': 'pods were evicted only where the policy drains',
  'no-needless-reload': 'no driver was replaced that was up to date',
  'jobs-awaited': 'no node was drained before its jobs had ended',
  'legal-transitions': 'no node skipped a step that applied to it',
  'done-means-updated': 'nodes that say upgrade-done run the new driver',
};

/** What a promise came to in this run. */
function meaning(invariant: Invariant, { log, snapshot }: Outcome): string {
  if (invariant === 'one-bad-node' && log.failed.length > 0) return 'the failed nodes held up no other';
  const stillFailed = snapshot.nodes.some(({ state }) => state === 'upgrade-failed');
  if (invariant === 'no-node-left-behind' && stillFailed)
    return 'no node is left cordoned without saying why';
  return MEANINGS[invariant];
}
