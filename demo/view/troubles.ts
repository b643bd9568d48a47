import { isInProgress } from '../../src/contract/states.ts';
import type { ShownNode } from './fleet.ts';
import { abridge, cut, RED, wrap, YELLOW, type Paint } from './text.ts';

/** Nodes that are held up, or have failed, for the same kind of reason. */
export interface Trouble {
  readonly code: string;
  readonly nodes: readonly string[];
  /** What one of them says of it. */
  readonly message: string;
}

/** What keeps nodes from going on, as the operator says it: what needs a person first. */
export function troublesOf(nodes: readonly ShownNode[]): readonly Trouble[] {
  const failed = nodes.filter(({ state }) => state === 'upgrade-failed');
  const begun = nodes.filter(({ state }) => isInProgress(state));
  const troubles = new Map<string, { code: string; nodes: string[]; message: string }>();
  for (const { name, reason } of [...failed, ...begun]) {
    if (reason === undefined) continue;
    const known = troubles.get(reason.code);
    if (known === undefined)
      troubles.set(reason.code, { code: reason.code, message: once(reason.message), nodes: [name] });
    else known.nodes.push(name);
  }
  return [...troubles.values()];
}

/** Of what the API server says in two sentences that are the same to a reader, the one that has the figures. */
function once(message: string): string {
  return message.replaceAll(
    /Cannot evict pod as it would violate the pod's disruption budget[:.] (?=The disruption budget)/g,
    '',
  );
}

export interface TroublesShape {
  readonly width: number;
  /** Lines that may be used. */
  readonly room: number;
  readonly paint: Paint;
}

/** Each trouble with its nodes in one line, and what one of them says of it in a few. */
export function troubleLines(
  troubles: readonly Trouble[],
  { width, room, paint }: TroublesShape,
): readonly string[] {
  return troubles
    .flatMap(({ code, nodes, message }) => {
      const names = cut(`: ${nodes.join(', ')}`, width - code.length - 1);
      const room = width - INDENT.length;
      return [
        ` ${paint(code, code === 'failed' ? RED : YELLOW)}${names}`,
        ...wrap(abridge(message, MESSAGE_LINES * (room - RAGGED)), room).map((line) =>
          cut(`${INDENT}${line}`, width),
        ),
      ];
    })
    .slice(0, Math.max(0, room));
}

const INDENT = '   ';
const MESSAGE_LINES = 4;
/** About how many columns at the end of a line are too few for the next word. */
const RAGGED = 8;
