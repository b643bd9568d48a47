import type { UpgradePolicy } from '../../contract/upgrade-policy.ts';
import { formatSelector } from '../assess/selector-text.ts';
import type { PolicyStory } from '../report/policy-report.ts';
import { wrapped, type Style } from '../terminal/style.ts';
import { table, type Cell } from '../terminal/table.ts';
import { PHASES } from './headline.ts';
import { ago, count } from './words.ts';

/** What the policy asks for, in words, and what is wrong. */
export function renderPolicy(policy: PolicyStory, now: number, style: Style): readonly string[] {
  const { name, phase, problems, driver, upgrade, ignored } = policy;
  const { words, paint } = PHASES[phase];
  return [
    `${style.bold(`NicClusterPolicy ${name}`)}: ${style[paint](words)}`,
    ...problems.flatMap((problem) => wrapped(problem, style.columns).map(style.red)),
    ...ignored.map((other) =>
      style.yellow(`NicClusterPolicy ${other} is ignored: only the one named ${name} counts`),
    ),
    '',
    ...table(
      undefined,
      [
        ...(driver === undefined ? [] : driverRows(driver)),
        ...(upgrade === undefined ? [] : upgradeRows(upgrade)),
      ],
      style,
    ),
    '',
    style.bold('CONDITIONS'),
    ...conditions(policy, now, style),
  ];
}

function driverRows({
  version,
  image,
  pools,
}: NonNullable<PolicyStory['driver']>): readonly (readonly Cell[])[] {
  return [
    ['driver', `${image}, version ${version}`],
    [
      'pools',
      pools.length === 0
        ? 'none: no node has an NVIDIA NIC'
        : `${count(pools.length, 'DaemonSet')}: ${pools.join(', ')}`,
    ],
  ];
}

function upgradeRows(upgrade: UpgradePolicy): readonly (readonly Cell[])[] {
  if (!upgrade.autoUpgrade)
    return [['upgrades', 'switched off: a changed driver comes up when its pod is deleted by hand']];
  const { maxParallelUpgrades: limit, paused, safeLoad, waitForCompletion: jobs, drain } = upgrade;
  return [
    [
      'upgrades',
      `automatic, ${limit === 0 ? 'any number of nodes' : count(limit, 'node')} at a time${paused ? '; paused' : ''}`,
    ],
    [
      'jobs',
      jobs === undefined
        ? 'are not waited for'
        : `pods with ${formatSelector(jobs.selector)} are waited for, ${limited(jobs.timeoutSeconds, 'then the node is drained all the same')}`,
    ],
    ['drain', drain === undefined ? 'off: drivers are reloaded under running pods' : drainWords(drain)],
    ['safe load', safeLoad ? 'on: a new node is emptied before its driver first loads' : 'off'],
  ];
}

function drainWords({
  selector,
  force,
  deleteEmptyDir,
  timeoutSeconds,
}: NonNullable<UpgradePolicy['drain']>): string {
  const which = selector.length === 0 ? 'all pods' : `pods with ${formatSelector(selector)}`;
  const spared = [
    ...(force ? [] : ['that no controller owns']),
    ...(deleteEmptyDir ? [] : ['with emptyDir volumes']),
  ];
  const fails = spared.length === 0 ? '' : `; a node with pods ${spared.join(', or ')}, fails`;
  return `${which} are evicted, ${limited(timeoutSeconds, 'then the node fails')}${fails}`;
}

function limited(seconds: number, then: string): string {
  return seconds === 0 ? 'for as long as it takes' : `for ${seconds} s, ${then}`;
}

function conditions({ conditions: all }: PolicyStory, now: number, style: Style): readonly string[] {
  if (all.length === 0) return ['  none: no operator has looked at it'];
  const rows = all.map(({ type, status, lastTransitionTime, message }) => [
    `  ${type}`,
    { text: status, paint: isBad(type, status) ? style.yellow : style.green },
    ago(lastTransitionTime, now),
    message,
  ]);
  return table(undefined, rows, style);
}

/** Of these it is bad news that they are so. */
function isBad(type: string, status: string): boolean {
  if (type === 'Progressing') return false;
  return type === 'Degraded' ? status === 'True' : status !== 'True';
}
