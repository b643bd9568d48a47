import { UPGRADE_STATES, isInProgress, type NodeState } from '../../contract/states.ts';
import type { StatusReport } from '../report/status-report.ts';
import { renderTroubles } from './troubles.ts';
import type { Style } from '../terminal/style.ts';
import { table } from '../terminal/table.ts';
import { headline } from './headline.ts';
import { ago, ahead, count, doing, timeOfDay } from './words.ts';

/** The rollout at a glance. */
export function renderStatus(report: StatusReport, now: number, style: Style): readonly string[] {
  const told = [
    headline(report, now, style),
    ...(report.totals.nodes === 0
      ? []
      : [progress(report, style), table(undefined, facts(report, now), style)]),
    ...renderTroubles(report.trouble, now, style),
    footer(report, style),
  ];
  return told
    .filter((part) => part.length > 0)
    .flatMap((part, index) => (index === 0 ? part : ['', ...part]));
}

const BAR = 40;

/** How many nodes have the driver that is wanted. */
function progress({ totals: { upToDate, nodes } }: StatusReport, style: Style): readonly string[] {
  const { full, empty } = style.symbols;
  // Not full before it is.
  const filled = upToDate === nodes ? BAR : Math.min(BAR - 1, Math.round((BAR * upToDate) / nodes));
  const percent = upToDate === nodes ? 100 : Math.min(99, Math.floor((100 * upToDate) / nodes));
  const bar = style.green(full.repeat(filled)) + style.dim(empty.repeat(BAR - filled));
  return [`${bar}  ${upToDate} of ${nodes} nodes up to date (${percent}%)`];
}

type Fact = readonly [name: string, value: string];

function facts(report: StatusReport, now: number): readonly Fact[] {
  const { totals, byState } = report;
  const failed = totals.failed === 0 ? [] : [['failed', count(totals.failed, 'node')] as const];
  return [
    ...drivers(report),
    ...times(report, now),
    ...(report.phase === 'finished' ? [] : [['in progress', inProgress(report)] as const]),
    ...(isWaiting(totals) ? [['waiting', waiting(report)] as const] : []),
    ...failed,
    ...cost(report),
    ...(byState['none'] === undefined ? [] : [['not looked at', count(byState['none'], 'node')] as const]),
  ];
}

/** Which versions run where: of interest as long as there are two. */
function drivers({ byVersion }: StatusReport): readonly Fact[] {
  const versions = Object.entries(byVersion);
  if (versions.length < 2) return [];
  return [['drivers', versions.map(([version, nodes]) => `${version} on ${nodes}`).join(', ')]];
}

function times({ rollout, phase }: StatusReport, now: number): readonly Fact[] {
  const { startedAt, finishedAt, estimatedEnd, nodesPerMinute } = rollout;
  if (startedAt === undefined) return [];
  const pace = nodesPerMinute === undefined ? '' : `, ${nodesPerMinute} nodes a minute`;
  const started: Fact = ['started', `${ago(startedAt, now)} (${timeOfDay(startedAt)})${pace}`];
  if (finishedAt !== undefined) {
    return [started, ['ended', `${ago(finishedAt, now)} (${timeOfDay(finishedAt)})`]];
  }
  if (estimatedEnd === undefined || phase !== 'rolling-out') return [started];
  const late = Date.parse(estimatedEnd) < now;
  const end = late ? 'later than it looked: it has slowed down' : ahead(estimatedEnd, now);
  return [started, ['ends', `${end} at this pace (${timeOfDay(estimatedEnd)})`]];
}

function inProgress({ totals, byState, policy }: StatusReport): string {
  const limit = policy?.maxParallelUpgrades ?? 0;
  const most = limit === 0 ? '' : ` of at most ${limit}`;
  const states = UPGRADE_STATES.filter((state: NodeState) => isInProgress(state)).flatMap((state) => {
    const nodes = byState[state];
    return nodes === undefined ? [] : [`${nodes} ${doing(state)}`];
  });
  return `${totals.inProgress}${most}${states.length === 0 ? '' : `: ${states.join(', ')}`}`;
}

function isWaiting({ queued, heldBack }: StatusReport['totals']): boolean {
  return queued + heldBack > 0;
}

function waiting({ totals: { queued, heldBack, skipped } }: StatusReport): string {
  return [
    `${queued} for their turn`,
    ...(heldBack > skipped ? [`${heldBack - skipped} that cannot start`] : []),
    ...(skipped > 0 ? [`${skipped} labelled to be skipped`] : []),
  ].join(', ');
}

function cost({ rollout: { podsEvicted = 0, nodeSecondsOutOfService = 0 } }: StatusReport): readonly Fact[] {
  if (podsEvicted + nodeSecondsOutOfService === 0) return [];
  const minutes = nodeSecondsOutOfService / 60;
  const hours =
    minutes < 120 ? `${minutes.toFixed(1)} node-minutes` : `${(minutes / 60).toFixed(1)} node-hours`;
  return [['cost', `${count(podsEvicted, 'pod')} evicted, ${hours} out of service`]];
}

function footer({ unread, trouble }: StatusReport, style: Style): readonly string[] {
  return [
    ...unread.map((what) => style.yellow(`not known: ${what}`)),
    ...(trouble.length === 0 ? [] : [style.dim('kubectl ofed explain NODE tells all about a node.')]),
  ];
}
