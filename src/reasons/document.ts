import { CATALOGUE, exampleOf, messageOf, nextSteps, REASON_CODES, remedyFor } from './catalogue.ts';
import type { Severity, Told } from './entry.ts';
import type { ReasonCode } from './reason.ts';
import { timestamp } from './words.ts';

/** The catalogue as a page of documentation, in Markdown. */
export function reasonsDocument(): string {
  return [INTRODUCTION, ...REASON_CODES.map(section)].join('\n\n') + '\n';
}

const INTRODUCTION = `# Why a node is not done

<!-- Made from src/reasons by \`npm run docs\`. -->

A node that waits, or has failed, says why. The reason is one of this list, and it is the same everywhere: in the annotation
\`nvidia.com/ofed-driver-upgrade-reason\` on the node (\`code: message\`), in the Events of the node, in \`status.upgrade.blocked\` of the
NicClusterPolicy, with what can be done, in the log, and in the metric \`ofed_operator_nodes_by_reason\`.

The codes are stable; a code never comes to mean something else. The messages are for people, and change. In the commands, words in
capitals stand for what only you can know; \`gpu-17\` and the like are examples.`;

const SEVERITIES: Readonly<Record<Severity, string>> = {
  passing: 'passes at once',
  turn: 'its turn has not come',
  waiting: 'a part of every upgrade',
  blocked: 'may need somebody',
  failed: 'needs somebody',
};

const TOLD: Readonly<Record<Told, string>> = {
  never: '',
  soon: '; said on the node after 5 seconds',
  late: '; said on the node when it lasts for 20 seconds',
};

function section(code: ReasonCode): string {
  const { title, severity, told, explanation } = CATALOGUE[code];
  const example = exampleOf(code);
  const { text, look, commands } = remedyFor(example, { node: 'gpu-17' });
  const next = nextSteps(example).map(({ what, at }) =>
    at === undefined ? what : `${what} (${timestamp(at)})`,
  );
  return [
    `## \`${code}\``,
    `**${title}** (${SEVERITIES[severity]}${TOLD[told]})`,
    explanation,
    `> ${messageOf(example)}`,
    ...(next.length === 0 ? [] : [`What happens next by itself: ${next.join(', then ')}.`]),
    `What to do: ${text}`,
    ...block([...look.map((line) => `${line}   # to see more`), ...commands]),
  ].join('\n\n');
}

function block(lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [['```', ...lines, '```'].join('\n')];
}
