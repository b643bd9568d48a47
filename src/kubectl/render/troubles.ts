import type { NodeReport } from '../report/node-report.ts';
import type { Trouble } from '../report/status-report.ts';
import { wrapped, type Style } from '../terminal/style.ts';
import { listNames } from '../../reasons/index.ts';
import { count, since } from './words.ts';

const INDENT = '    ';

/** Nodes that have failed, or are held up: a paragraph for each reason, with what to do. */
export function renderTroubles(
  troubles: readonly Trouble[],
  now: number,
  style: Style,
): readonly (readonly string[])[] {
  return troubles.map((trouble) => [
    title(trouble, style),
    ...trouble.examples.flatMap((node, index) => [
      ...example(node, now, style),
      ...advice(node, trouble.examples[index - 1]),
    ]),
    ...others(trouble, style),
  ]);
}

function title({ code, severity, nodes }: Trouble, style: Style): string {
  const word = severity === 'failed' ? style.red('FAILED') : style.yellow('HELD UP');
  return `${word}  ${style.bold(code)}: ${count(nodes.length, 'node')}`;
}

function example({ name, reason }: NodeReport, now: number, style: Style): readonly string[] {
  const time = reason?.since === undefined ? '' : `, for ${since(reason.since, now)}`;
  return [
    `  ${style.bold(name)}${style.dim(time)}`,
    ...wrapped(reason?.message ?? '', style.columns - INDENT.length).map((line) => INDENT + line),
  ];
}

/** A command that helps; the same one for the next node is not said again. */
function advice(node: NodeReport, before: NodeReport | undefined): readonly string[] {
  const command = firstCommand(node);
  return command === undefined || command === (before && firstCommand(before))
    ? []
    : [`${INDENT}$ ${command}`];
}

/**
 * Of a node that has failed, the first that gets it going. Of one that is held up, and may go on by itself, one that shows more: what makes
 * it go on may end a job, or take a budget's protection away, and is told together with that by `explain`.
 */
function firstCommand({ reason }: NodeReport): string | undefined {
  const { commands = [], look = [] } = reason?.remedy ?? {};
  return reason?.severity === 'failed' ? (commands[0] ?? look[0]) : (look[0] ?? commands[0]);
}

function others({ nodes, examples, code }: Trouble, style: Style): readonly string[] {
  const rest = nodes.slice(examples.length);
  if (rest.length === 0) return [];
  return [`  and ${listNames(rest, 3)}: ${style.dim(`kubectl ofed nodes --reason ${code}`)}`];
}
