import type { SeenEvent } from '../gather/resources.ts';
import type { NodeReport, ReasonReport } from '../report/node-report.ts';
import { timestamp } from '../../reasons/index.ts';
import { wrapped, type Style } from '../terminal/style.ts';
import { table } from '../terminal/table.ts';
import { journey } from './journey.ts';
import { titleOf } from './nodes.ts';
import { ago, ahead, paintOfState, timeOfDay } from './words.ts';

/** All that is to be told of one node. */
export interface NodeStory {
  readonly node: NodeReport;
  /** Undefined: they could not be read. */
  readonly events: readonly SeenEvent[] | undefined;
}

const WIDTH = 10;

/** The whole story of a node: why it is where it is, what comes next, what to do, and what has been done. */
export function renderStory({ node, events }: NodeStory, now: number, style: Style): readonly string[] {
  return [
    title(node, now, style),
    ...section(
      '',
      [journey(node.state, style)].filter((line) => line !== ''),
    ),
    '',
    ...(node.reason === undefined ? noReason(node, style) : reasonSections(node.reason, now, style)),
    '',
    ...section('DRIVER', driver(node), style),
    ...section('NODE', about(node, now), style),
    '',
    ...history(events, now, style),
  ];
}

function title({ name, state, stateSince }: NodeReport, now: number, style: Style): string {
  const time = stateSince === undefined ? '' : `, for ${ago(stateSince, now).replace(/ ago$/, '')}`;
  return `${style.bold(name)}   ${paintOfState(state, style)(state)}${style.dim(time)}`;
}

function noReason({ state }: NodeReport, style: Style): readonly string[] {
  const text =
    state === 'upgrade-done'
      ? 'Its driver is the one that is wanted, and is running: nothing needs to be done.'
      : 'It waits for nothing.';
  return section('WHY', wrapped(text, style.columns - WIDTH), style);
}

function reasonSections(reason: ReasonReport, now: number, style: Style): readonly string[] {
  const { code, message, since: from, next, remedy, severity } = reason;
  const width = style.columns - WIDTH;
  const paint = severity === 'failed' ? style.red : severity === 'blocked' ? style.yellow : style.cyan;
  const time = from === undefined ? '' : style.dim(` since ${timeOfDay(from)} (${ago(from, now)})`);
  return [
    ...section('WHY', [`${titleOf(code)} ${paint(`[${code}]`)}${time}`, ...wrapped(message, width)], style),
    ...section(
      'NEXT',
      next.map(({ what, at }) => (at === undefined ? what : `${what} ${ahead(at, now)} (${timeOfDay(at)})`)),
      style,
    ),
    ...section(
      'DO',
      [
        ...wrapped(remedy.text, width),
        ...remedy.look.map((line) => `$ ${line}${style.dim('   # to see more')}`),
      ],
      style,
    ),
    ...section(
      '',
      remedy.commands.map((line) => `$ ${line}`),
      style,
    ),
  ];
}

function driver({
  driver: { version = 'a driver of unknown version', ...more },
}: NodeReport): readonly string[] {
  const { condition, wantedVersion, pod, daemonSet } = more;
  const isThere = condition !== 'missing' && condition !== 'unwanted';
  const wish = wantedVersion === undefined ? 'none is wanted here' : `${wantedVersion} is wanted`;
  const what = isThere ? `${version}, ${CONDITIONS[condition]}` : 'there is none';
  return [
    wantedVersion === version ? what : `${what}; ${wish}`,
    ...(condition === 'outdated' && version === wantedVersion ? [SAME_VERSION] : []),
    ...(pod === undefined ? [] : [`pod ${pod}`]),
    ...(daemonSet === undefined ? [] : [`DaemonSet ${daemonSet}`]),
  ];
}

const SAME_VERSION =
  'the version is the one that is wanted, but another part of its pod template has changed, such as its environment';

const CONDITIONS = {
  unknown: 'of which it is not known yet whether it is up to date',
  terminating: 'which is ending',
  orphaned: 'whose pod belongs to no DaemonSet',
  outdated: 'which is out of date',
  starting: 'as wanted, and on its way up',
  failing: 'as wanted, but it cannot come up',
  ready: 'as wanted, and Ready',
} as const;

function about(
  { ready, notReadySince, cordonedBy, pool, skipped, requested, placeInQueue }: NodeReport,
  now: number,
) {
  const cordon =
    cordonedBy === undefined
      ? 'schedulable'
      : cordonedBy === 'upgrade'
        ? 'cordoned by the upgrade'
        : CORDON_KEPT;
  const notReady =
    notReadySince === undefined
      ? 'not Ready'
      : `not Ready since ${timeOfDay(notReadySince)} (${ago(notReadySince, now)})`;
  return [
    `${ready ? 'Ready' : notReady}, ${cordon}`,
    ...(pool === undefined ? [] : [`pool ${pool}`]),
    ...(placeInQueue === undefined ? [] : [`number ${placeInQueue} in the queue for a slot`]),
    ...(skipped ? ['labelled to be skipped'] : []),
    ...(requested ? ['somebody has asked for its upgrade'] : []),
  ];
}

const CORDON_KEPT = 'cordoned by somebody else, and left so';

/** The last ones: a node that has been tried for hours has many. */
const MOST_EVENTS = 20;

function history(events: readonly SeenEvent[] | undefined, now: number, style: Style): readonly string[] {
  if (events === undefined)
    return section('HISTORY', ['Events could not be read: that is not permitted'], style);
  if (events.length === 0)
    return section('HISTORY', ['no Events: they are kept for an hour, as a rule'], style);
  const rows = events.slice(-MOST_EVENTS).map(({ last, type, reason, message, count }) => {
    const time = timestamp(last);
    const times = count > 1 ? ` (${count} times)` : '';
    const paint = type === 'Warning' ? style.yellow : style.dim;
    return [timeOfDay(time), ago(time, now), { text: reason, paint }, message + times];
  });
  const narrower: Style = { ...style, columns: style.columns - 2 };
  return [style.bold('HISTORY'), ...table(undefined, rows, narrower).map((line) => `  ${line}`)];
}

function section(name: string, lines: readonly string[], style?: Style): readonly string[] {
  return lines.map((line, index) => {
    const heading = index === 0 ? name : '';
    return `${(style?.bold ?? same)(heading)}${' '.repeat(WIDTH - heading.length)}${line}`.trimEnd();
  });
}

function same(text: string): string {
  return text;
}
