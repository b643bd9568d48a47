import { isInProgress } from '../../src/contract/states.ts';
import { isAtRest, isUpgraded, type FleetSnapshot, type Rollout, type ShownNode } from './fleet.ts';
import { grid } from './grid.ts';
import { countPhases, LOOKS } from './phase.ts';
import { BOLD, cut, DIM, GREEN, plural, RED, YELLOW, type Paint } from './text.ts';
import { troubleLines, troublesOf } from './troubles.ts';

export interface FrameShape {
  readonly width: number;
  readonly height: number;
  readonly paint: Paint;
}

/** Lines that are neither of the grid nor of the troubles. */
const FIXED = 9;
const MOST_TROUBLE = 10;

/**
 * The live view: the fleet, how far it is, and what holds nodes up. Every frame of a rollout is equally tall, but the one in which it
 * rests, where the lines below are free.
 *
 * @returns lines of at most `width` columns, at most `height`
 */
export function frame(snapshot: FleetSnapshot, rollout: Rollout, shape: FrameShape): readonly string[] {
  const { nodes } = snapshot;
  const { width, height, paint } = shape;
  const { lines, letters } = grid(nodes, { width, height: height - FIXED, paint });
  const room = Math.max(0, Math.min(MOST_TROUBLE, height - FIXED - lines.length));
  const troubles = troubleLines(troublesOf(nodes), { width, room, paint });
  const drawn = [
    paint(cut(` Upgrading ${nodes.length} nodes: ${rollout.from} -> ${rollout.to}`, width), BOLD),
    '',
    ...lines,
    '',
    bar(nodes, rollout, shape),
    ...legend(nodes, letters, shape),
    paint(cut(` ${figures(snapshot, rollout)}`, width), DIM),
    paint(cut(letters ? ` ${HELD}` : ` ${DOTS}  ${HELD}`, width), DIM),
    ...(troubles.length === 0 ? [] : ['', ...troubles]),
  ];
  return nodes.every(isAtRest) ? drawn : filled(drawn, FIXED + lines.length + room);
}

const HELD = '* cordoned by a person';
const DOTS = '● pod  ○ leaving  ◆ job  5● five, of any kind';

function filled(lines: readonly string[], height: number): readonly string[] {
  return Array.from({ length: height }, (_, index) => lines[index] ?? '');
}

function bar(nodes: readonly ShownNode[], { elapsedMs }: Rollout, { width, paint }: FrameShape): string {
  const done = nodes.filter(isUpgraded).length;
  const label = `${done}/${nodes.length} upgraded, ${(elapsedMs / 1000).toFixed(0)} s`.padStart(22);
  const length = Math.max(0, width - label.length - 3);
  const columns = (count: number): number => Math.floor((length * count) / nodes.length);
  const green = columns(done);
  const yellow = columns(done + inProgress(nodes)) - green;
  const red = columns(done + inProgress(nodes) + failed(nodes)) - green - yellow;
  return [
    ` ${paint('█'.repeat(green), GREEN)}${paint('▒'.repeat(yellow), YELLOW)}${paint('▒'.repeat(red), RED)}`,
    `${paint('░'.repeat(length - green - yellow - red), DIM)} ${paint(label, BOLD)}`,
  ].join('');
}

function figures({ nodes, evicted }: FleetSnapshot, { parallel }: Rollout): string {
  const limit = parallel === 0 ? 'no limit' : `limit ${parallel}`;
  return `${inProgress(nodes)} in progress (${limit}), ${plural(evicted, 'pod')} evicted`;
}

function inProgress(nodes: readonly ShownNode[]): number {
  return nodes.filter(({ state }) => isInProgress(state)).length;
}

function failed(nodes: readonly ShownNode[]): number {
  return nodes.filter(({ state }) => state === 'upgrade-failed').length;
}

/** How many nodes are in which phase, in a line or two. */
function legend(
  nodes: readonly ShownNode[],
  letters: boolean,
  { width, paint }: FrameShape,
): readonly string[] {
  const lines: { text: string; length: number }[] = [{ text: '', length: 0 }];
  for (const [phase, count] of countPhases(nodes)) {
    const { letter, colour } = LOOKS[phase];
    const text = letters ? ` ${letter} ${count} ${phase} ` : ` ${count} ${phase} `;
    const length = text.length + 1;
    const line = lines.at(-1);
    if (line === undefined || line.length + length > width)
      lines.push({ text: ` ${paint(text, colour)}`, length });
    else
      lines[lines.length - 1] = { text: `${line.text} ${paint(text, colour)}`, length: line.length + length };
  }
  return lines.slice(0, 2).map(({ text }) => text);
}
