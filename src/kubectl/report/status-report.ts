import type { Policy } from '../../contract/policy.ts';
import { isInProgress } from '../../contract/states.ts';
import type { PolicyStatus, RolloutStatus } from '../../contract/status.ts';
import type { StoredObject } from '../../operator/resources/objects.ts';
import { toldFigures } from '../../operator/status/rollout-figures.ts';
import { timestamp } from '../../reasons/index.ts';
import { driverCondition } from '../../upgrade/driver-condition.ts';
import { isSkipped } from '../../upgrade/view.ts';
import type { Assessment, NodeAssessment } from '../assess/assess.ts';
import { nodeReports, present, type NodeReport } from './node-report.ts';

/** The rollout at a glance, for people and for programs. */
export interface StatusReport {
  readonly phase: Phase;
  /** Absent: there is no policy. */
  readonly policy?: PolicyReport;
  readonly operator: OperatorReport;
  readonly totals: Totals;
  readonly byState: Readonly<Record<string, number>>;
  /** How many nodes run which driver version. */
  readonly byVersion: Readonly<Record<string, number>>;
  readonly rollout: RolloutStatus & { readonly nodesPerMinute?: number };
  /** Nodes that have failed, or are held up, for the same reason. Those that need somebody come first. */
  readonly trouble: readonly Trouble[];
  /** What could not be read. */
  readonly unread: readonly string[];
}

/**
 * - `unseen`: the policy has been changed, and the operator, or the DaemonSet controller after it, has not taken that up.
 * - `finished`: every node that is not to be skipped has the driver that is wanted.
 * - `stopped`: some have failed, and nothing else is under way.
 * - `held-up`: nothing moves: every node in progress is held up, or none has failed and some cannot start.
 */
export type Phase =
  | 'no-policy'
  | 'invalid'
  | 'no-driver'
  | 'off'
  | 'unseen'
  | 'rolling-out'
  | 'paused'
  | 'held-up'
  | 'stopped'
  | 'finished';

export interface PolicyReport {
  readonly name: string;
  readonly wantedVersion?: string;
  readonly autoUpgrade: boolean;
  readonly paused: boolean;
  readonly maxParallelUpgrades: number;
  /** Why it cannot be used, or what keeps it from being applied. */
  readonly problem?: string;
}

export interface OperatorReport {
  /** `silent`: whoever leads has not said that it is still there for longer than it may. */
  readonly state: 'running' | 'silent' | 'absent' | 'unknown';
  readonly leader?: string;
  readonly lastHeardOf?: string;
}

export interface Totals {
  readonly nodes: number;
  /** With a driver of the wanted revision that is Ready. */
  readonly upToDate: number;
  readonly inProgress: number;
  /** Wait for nothing but a slot, or for the rollout to be resumed. */
  readonly queued: number;
  /** Need an upgrade, and cannot start. */
  readonly heldBack: number;
  readonly failed: number;
  readonly skipped: number;
}

export interface Trouble {
  readonly code: string;
  readonly severity: 'blocked' | 'failed';
  /** All of them, by name. */
  readonly nodes: readonly string[];
  /** The first of them. */
  readonly examples: readonly NodeReport[];
}

/** How many nodes of each kind of trouble are told of in full. */
export const EXAMPLES = 3;

/** The rollout as a whole. */
export function statusReport(assessment: Assessment): StatusReport {
  const reports = nodeReports(assessment);
  const totals = totalsOf(assessment.nodes);
  return {
    phase: phaseOf(assessment, totals),
    ...present({ policy: policyReport(assessment) }),
    operator: operatorReport(assessment),
    totals,
    byState: countBy(reports, ({ state }) => state),
    byVersion: countBy(reports, ({ driver }) => driver.version),
    rollout: rolloutOf(assessment),
    trouble: troubleOf(reports),
    unread: assessment.scene.unread,
  };
}

function totalsOf(nodes: readonly NodeAssessment[]): Totals {
  const count = (matches: (node: NodeAssessment) => boolean): number => nodes.filter(matches).length;
  const waits = ({ state }: NodeAssessment): boolean => state === 'upgrade-required';
  return {
    nodes: nodes.length,
    upToDate: count(({ view }) => driverCondition(view).kind === 'ready'),
    inProgress: count(({ state }) => isInProgress(state)),
    queued: count((node) => waits(node) && isPassing(node)),
    heldBack: count((node) => waits(node) && !isPassing(node)),
    failed: count(({ state }) => state === 'upgrade-failed'),
    skipped: count((node) => waits(node) && isSkipped(node.view)),
  };
}

function isPassing({ holdup }: NodeAssessment): boolean {
  return holdup === undefined || holdup.severity === 'turn' || holdup.severity === 'passing';
}

function phaseOf({ object, mode, invalid, policy, status, nodes }: Assessment, totals: Totals): Phase {
  if (object === undefined) return 'no-policy';
  if (invalid !== undefined) return 'invalid';
  if (policy?.driver === undefined) return 'no-driver';
  if (mode.kind !== 'on') return 'off';
  return isSeen(object, status) ? phaseOfRollout({ nodes, totals, paused: mode.policy.paused }) : 'unseen';
}

/** Whether the operator, and the DaemonSet controller after it, have taken up the policy as it is: only then do the nodes speak of it. */
function isSeen({ object }: StoredObject, status: PolicyStatus | undefined): boolean {
  const driver = status?.conditions?.find(({ type }) => type === 'OFEDDriverReady');
  return (
    (status?.observedGeneration ?? 0) >= (object.metadata.generation ?? 0) &&
    driver?.reason !== 'DaemonSetsNotObserved'
  );
}

function phaseOfRollout({ nodes, totals, paused }: RolloutFacts): Phase {
  const { inProgress, queued, failed, skipped, upToDate } = totals;
  if (paused && queued > 0) return 'paused';
  if (inProgress > 0)
    return nodes.some((node) => isInProgress(node.state) && isMoving(node)) ? 'rolling-out' : 'held-up';
  if (queued > 0) return 'rolling-out';
  if (failed > 0) return 'stopped';
  if (upToDate + skipped >= totals.nodes) return 'finished';
  // Where a driver comes to a node for the first time, it is in no state yet.
  return nodes.some((node) => driverCondition(node.view).kind !== 'ready' && isMoving(node))
    ? 'rolling-out'
    : 'held-up';
}

function isMoving({ holdup }: NodeAssessment): boolean {
  return holdup?.severity !== 'blocked';
}

interface RolloutFacts {
  readonly nodes: readonly NodeAssessment[];
  readonly totals: Totals;
  readonly paused: boolean;
}

function policyReport({ object, policy, invalid, status }: Assessment): PolicyReport | undefined {
  if (object === undefined) return undefined;
  const said = status?.state === 'error' ? status.reason : undefined;
  return {
    name: object.name,
    ...optionsOf(policy),
    ...present({ wantedVersion: policy?.driver?.version, problem: invalid ?? said }),
  };
}

function optionsOf(
  policy: Policy | undefined,
): Pick<PolicyReport, 'autoUpgrade' | 'paused' | 'maxParallelUpgrades'> {
  if (policy === undefined) return { autoUpgrade: false, paused: false, maxParallelUpgrades: 1 };
  const { autoUpgrade, paused, maxParallelUpgrades } = policy.upgrade;
  return { autoUpgrade, paused, maxParallelUpgrades };
}

/** How much later than its Lease allows a leader may be heard of, for clocks that differ, in milliseconds. */
const LENIENCY = 30_000;

function operatorReport({ scene }: Assessment): OperatorReport {
  const { lease, now, unread } = scene;
  if (lease === undefined) return { state: unread.length > 0 ? 'unknown' : 'absent' };
  const { holder, renewedAt = 0, durationSeconds } = lease;
  const isLate = renewedAt + durationSeconds * 1000 + LENIENCY < now;
  return {
    state: holder === undefined ? 'absent' : isLate ? 'silent' : 'running',
    ...present({ leader: holder, lastHeardOf: renewedAt > 0 ? timestamp(renewedAt) : undefined }),
  };
}

function rolloutOf({ status, scene }: Assessment): StatusReport['rollout'] {
  const figures = toldFigures(status?.upgrade);
  const started = Date.parse(figures.startedAt ?? '');
  const ended = figures.finishedAt === undefined ? scene.now : Date.parse(figures.finishedAt);
  const minutes = (ended - started) / 60_000;
  const rate = (figures.upgraded ?? 0) / minutes;
  return { ...figures, ...(minutes > 0 && rate > 0 ? { nodesPerMinute: Math.round(rate * 10) / 10 } : {}) };
}

function troubleOf(reports: readonly NodeReport[]): readonly Trouble[] {
  const groups = new Map<
    string,
    { readonly trouble: Trouble; readonly nodes: string[]; readonly examples: NodeReport[] }
  >();
  for (const report of reports) {
    const { code = '', severity } = report.reason ?? {};
    // Nodes that somebody has labelled to be skipped are counted, and are no trouble.
    if (code === 'skipped' || (severity !== 'blocked' && severity !== 'failed')) continue;
    const key = `${severity}/${code}`;
    const nodes: string[] = [];
    const examples: NodeReport[] = [];
    const group = groups.get(key) ?? { trouble: { code, severity, nodes, examples }, nodes, examples };
    groups.set(key, group);
    group.nodes.push(report.name);
    if (group.examples.length < EXAMPLES) group.examples.push(report);
  }
  const rank = ({ severity }: Trouble): number => (severity === 'failed' ? 0 : 1);
  return [...groups.values()].map(({ trouble }) => trouble).sort((a, b) => rank(a) - rank(b));
}

function countBy<T>(
  items: readonly T[],
  keyOf: (item: T) => string | undefined,
): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const item of items) {
    const key = keyOf(item);
    if (key !== undefined) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}
