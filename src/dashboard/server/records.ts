import { KERNEL_LABEL, ZONE_LABEL } from '../../contract/keys.ts';
import type { UpgradeStatus } from '../../contract/status.ts';
import { poolKey, poolOf } from '../../driver/pool.ts';
import { lookUp } from '../../kubernetes/objects.ts';
import type { Sight } from '../../operator/observer.ts';
import type { LiveStatus } from '../../operator/status/status-reporter.ts';
import { CATALOGUE, entryOf, knownCode, REASON_CODES, told, type Severity } from '../../reasons/index.ts';
import { driverCondition } from '../../upgrade/driver-condition.ts';
import { stateOf, type NodeView } from '../../upgrade/view.ts';
import type { NodeRecord, Phase, RolloutRecord } from '../wire.ts';

/** What each reason is called, by its code. */
export const TITLES: Readonly<Record<string, string>> = Object.fromEntries(
  REASON_CODES.map((code) => [code, CATALOGUE[code].title]),
);

/** A node as it is now. */
export function recordOf(sight: Sight, view: NodeView, phases: readonly Phase[]): NodeRecord {
  const { node } = view;
  const pool = poolOf(node.labels);
  return {
    name: node.name,
    zone: lookUp(node.labels, ZONE_LABEL) ?? '',
    pool: pool !== undefined && 'pool' in pool ? poolKey(pool.pool) : '',
    state: stateOf(view),
    upToDate: driverCondition(view).kind === 'ready',
    cordoned: node.unschedulable,
    notReady: node.notReadySince !== undefined,
    ...reasonOf(sight, node.name),
    phases,
  };
}

function reasonOf(sight: Sight, name: string): Pick<NodeRecord, 'code' | 'severity' | 'since'> {
  const standing = sight.standing(name);
  if (standing === undefined) return {};
  const { reason, since } = standing;
  const { severity } = entryOf(reason.code);
  if (severity === 'passing') return {};
  return { code: told(reason).code, severity: settled(severity, sight.stands(name)), since };
}

/** What often passes by itself is not called an obstacle before it has lasted. */
function settled(severity: Severity, stands: boolean): Severity {
  return severity === 'blocked' && !stands ? 'waiting' : severity;
}

/** The title of a reason as it was found on a node, of which nobody need know anything. */
export function titleOf(code: string): string {
  const known = knownCode(code);
  return known === undefined ? code : CATALOGUE[known].title;
}

/** The rollout as it is now. */
export function rolloutOf(live: LiveStatus | undefined): RolloutRecord {
  if (live === undefined) {
    return {
      message: 'There is no NicClusterPolicy',
      autoUpgrade: false,
      paused: false,
      maxParallel: 0,
      ...NOTHING_YET,
    };
  }
  const { status, autoUpgrade, paused, maxParallelUpgrades } = live;
  return {
    state: status.state ?? 'notReady',
    message: status.reason ?? '',
    autoUpgrade,
    paused,
    maxParallel: maxParallelUpgrades,
    ...(status.upgrade === undefined ? NOTHING_YET : figuresOf(status.upgrade)),
  };
}

function figuresOf(upgrade: UpgradeStatus) {
  return {
    ...optional('version', upgrade.targetVersion),
    ...optional('startedAt', timeOf(upgrade.startedAt)),
    ...optional('finishedAt', timeOf(upgrade.finishedAt)),
    ...optional('estimatedEnd', timeOf(upgrade.estimatedEnd)),
    podsEvicted: upgrade.podsEvicted ?? 0,
    nodeSecondsOutOfService: upgrade.nodeSecondsOutOfService ?? 0,
  };
}

const NOTHING_YET = { podsEvicted: 0, nodeSecondsOutOfService: 0 } as const;

/** The kernel that a node runs, as Node Feature Discovery says. */
export function kernelOf({ node }: NodeView): string | undefined {
  return lookUp(node.labels, KERNEL_LABEL);
}

function timeOf(text: string | undefined): number | undefined {
  const time = Date.parse(text ?? '');
  return Number.isNaN(time) ? undefined : time;
}

/** A property, unless there is nothing to be said. */
export function optional<Key extends string, Value>(
  key: Key,
  value: Value | undefined,
): { readonly [K in Key]?: Value } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [K in Key]: Value });
}
