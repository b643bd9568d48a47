import { isInProgress } from '../../src/contract/states.ts';
import { isUpgraded, type FleetSnapshot, type ShownNode } from './fleet.ts';
import { grid } from './grid.ts';
import { countPhases, LOOKS } from './phase.ts';
import { BOLD, cut, DIM, fit, GREEN, plural, wrap, YELLOW, type Paint } from './text.ts';

export interface FrameShape {
  readonly width: number;
  readonly height: number;
  readonly paint: Paint;
}

export interface Rollout {
  readonly from: string;
  readonly to: string;
  /** 0: no limit. */
  readonly parallel: number;
  readonly elapsedMs: number;
}

/** Lines that are neither of the grid nor of the waiting nodes. */
const FIXED = 8;
const MOST_WAITING = 6;
/** So that the longest code of a reason still stands apart from its message. */
const CODE = 17;

/**
 * The live view: the fleet, how far it is, and what the nodes in progress wait for. Every frame of a rollout is equally tall, but
 * the last one, where no node waits.
 *
 * @returns lines of at most `width` columns, at most `height`
 */
export function frame(snapshot: FleetSnapshot, rollout: Rollout, shape: FrameShape): readonly string[] {
  const { nodes } = snapshot;
  const { width, height, paint } = shape;
  const { lines, letters } = grid(nodes, { width, height: height - FIXED, paint });
  const room = Math.max(0, Math.min(MOST_WAITING, height - FIXED - lines.length));
  return [
    paint(cut(` Upgrading ${nodes.length} nodes: ${rollout.from} -> ${rollout.to}`, width), BOLD),
    '',
    ...lines,
    '',
    bar(nodes, rollout, shape),
    ` ${legend(nodes, letters, shape)}`,
    paint(cut(` ${figures(snapshot, rollout)}`, width), DIM),
    paint(cut(letters ? ` ${HELD}` : ` ● pod  ○ leaving  ◆ job  ${HELD}`, width), DIM),
    ...(nodes.every(isUpgraded) ? [] : ['', ...waiting(nodes, room, shape)]),
  ];
}

const HELD = '* cordoned by a person';

function bar(nodes: readonly ShownNode[], { elapsedMs }: Rollout, { width, paint }: FrameShape): string {
  const done = nodes.filter(isUpgraded).length;
  const label = `${done}/${nodes.length} upgraded, ${(elapsedMs / 1000).toFixed(0)} s`.padStart(22);
  const length = width - label.length - 3;
  const columns = (count: number): number => Math.floor((length * count) / nodes.length);
  const green = columns(done);
  const yellow = columns(done + inProgress(nodes)) - green;
  return [
    ` ${paint('█'.repeat(green), GREEN)}${paint('▒'.repeat(yellow), YELLOW)}`,
    `${paint('░'.repeat(length - green - yellow), DIM)} ${paint(label, BOLD)}`,
  ].join('');
}

function figures({ nodes, evicted }: FleetSnapshot, { parallel }: Rollout): string {
  const limit = parallel === 0 ? 'no limit' : `limit ${parallel}`;
  return `${inProgress(nodes)} in progress (${limit}), ${plural(evicted, 'pod')} evicted`;
}

function inProgress(nodes: readonly ShownNode[]): number {
  return nodes.filter(({ state }) => isInProgress(state)).length;
}

/** As many phases as there is room for, with how many nodes are in each. */
function legend(nodes: readonly ShownNode[], letters: boolean, { width, paint }: FrameShape): string {
  let room = width - 1;
  const parts: string[] = [];
  for (const [phase, count] of countPhases(nodes)) {
    const { letter, colour } = LOOKS[phase];
    const text = letters ? ` ${letter} ${count} ${phase} ` : ` ${count} ${phase} `;
    room -= text.length + 1;
    if (room >= -1) parts.push(paint(text, colour));
  }
  return parts.join(' ');
}

/** What holds nodes up, as they say themselves, in exactly so many lines. */
function waiting(nodes: readonly ShownNode[], room: number, { width, paint }: FrameShape): readonly string[] {
  const lines = nodes
    .filter(({ state }) => isInProgress(state) || state === 'upgrade-failed')
    .flatMap(({ name, reason }) => (reason === undefined ? [] : [{ name, reason }]))
    .flatMap(({ name, reason }) => {
      const end = reason.indexOf(': ');
      const label = ` ${name} `;
      const [first = '', ...rest] = wrap(reason.slice(end + 2), width - label.length - CODE - 1);
      const indent = ' '.repeat(label.length + CODE);
      return [
        `${label}${paint(fit(reason.slice(0, end), CODE), YELLOW)} ${first}`,
        ...(rest.length === 0 ? [] : [cut(`${indent} ${rest.join(' ')}`, width)]),
      ];
    });
  return Array.from({ length: room }, (_, index) => lines[index] ?? '');
}
