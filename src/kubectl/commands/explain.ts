import { Option } from 'commander';
import { POLICY_NAME } from '../../contract/keys.ts';
import { formatData, type DataFormat } from '../data.ts';
import { readEvents } from '../gather/events.ts';
import { lookAt } from '../look-at.ts';
import { nodeReports } from '../report/node-report.ts';
import { policyReport } from '../report/policy-report.ts';
import { renderStory, type NodeStory } from '../render/explain.ts';
import { renderPolicy } from '../render/policy.ts';
import { namedNodes } from './actions.ts';
import { STATUS, type AddCommand, type Session } from '../session.ts';
import { printable } from '../terminal/printable.ts';

/** `kubectl ofed explain`: the whole story of a node, or of the policy. */
export const addExplain: AddCommand = (program, run) => {
  const command = program
    .command('explain')
    .argument('[NODE|policy...]', 'nodes, or the policy; default: the policy')
    .summary('tell all about a node: why it waits, what comes next, what to do')
    .description(
      'Tells what a node waits for or has failed on and since when, what happens next and when, what can be done, with commands to paste, and what has been done so far. Of the policy it tells what it asks for, and what is wrong with it.',
    )
    .addOption(new Option('-o, --output <format>', 'for programs').choices(['json', 'yaml']))
    .addHelpText(
      'after',
      `
Examples:
  kubectl ofed explain gpu-17
  kubectl ofed explain gpu-17 gpu-18
  kubectl ofed explain policy`,
    );
  command.action(async (subjects: readonly string[], options: { readonly output?: DataFormat }) => {
    await run(command, (session) =>
      explain(session, subjects.length === 0 ? ['policy'] : subjects, options.output),
    );
  });
};

async function explain(
  session: Session,
  subjects: readonly string[],
  output: DataFormat | undefined,
): Promise<number> {
  const names = subjects.filter((subject) => !isPolicy(subject)).map(nodeName);
  const asksForPolicy = names.length < subjects.length;
  const assessment = await lookAt(session.access, ({ nodes }) =>
    nodes.filter(({ node }) => names.includes(node.name)),
  );
  const stories = await Promise.all(
    nodeReports(assessment, namedNodes(assessment, names)).map((node) => story(session, node)),
  );
  const policy = asksForPolicy ? policyReport(assessment) : undefined;
  if (output !== undefined) {
    session.print(formatData(policy === undefined ? stories : [policy, ...stories], output));
    return STATUS.ok;
  }
  const { now } = assessment.scene;
  const style = session.style();
  const parts = [
    ...(policy === undefined ? [] : [renderPolicy(printable(policy), now, style)]),
    ...printable(stories).map((each) => renderStory(each, now, style)),
  ];
  session.print(parts.flatMap((part, index) => (index === 0 ? part : ['', ...part])));
  return STATUS.ok;
}

async function story({ access }: Session, node: NodeStory['node']): Promise<NodeStory> {
  return { node, events: await readEvents(access, { kind: 'Node', name: node.name }) };
}

function isPolicy(subject: string): boolean {
  return ['policy', POLICY_NAME].includes(subject.replace(/^(ncp|nicclusterpolicy|policy)\//, ''));
}

function nodeName(subject: string): string {
  return subject.replace(/^nodes?\//, '');
}
