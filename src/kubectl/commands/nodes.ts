import { InvalidArgumentError, Option } from 'commander';
import { UPGRADE_STATES, type NodeState } from '../../contract/states.ts';
import { REASON_CODES } from '../../reasons/index.ts';
import { labelledNodes } from '../gather/labelled-nodes.ts';
import { formatData, type DataFormat } from '../data.ts';
import { lookAt } from '../look-at.ts';
import { nodeReports, type NodeReport } from '../report/node-report.ts';
import { renderNodes } from '../render/nodes.ts';
import { STATUS, type AddCommand, type Session } from '../session.ts';
import { printable } from '../terminal/printable.ts';

interface NodesOptions {
  readonly state?: readonly NodeState[];
  readonly reason?: readonly string[];
  readonly selector?: string;
  readonly sortBy: SortKey;
  readonly output?: DataFormat | 'wide' | 'name';
  readonly headers: boolean;
}

const SORT_KEYS = ['state', 'name', 'since', 'version', 'reason'] as const;
type SortKey = (typeof SORT_KEYS)[number];

/** `kubectl ofed nodes`: a line for each node. */
export const addNodes: AddCommand = (program, run) => {
  const command = program
    .command('nodes')
    .summary('list the nodes, and what each waits for')
    .description(
      'Lists the nodes that have, or are to have, a driver. Those that need somebody come first, those that are done last.',
    )
    .addOption(
      new Option('--state <states>', 'only nodes in these states: failed, drain-required, done…').argParser(
        states,
      ),
    )
    .addOption(
      new Option('--reason <codes>', 'only nodes that wait, or have failed, for these reasons').argParser(
        codes,
      ),
    )
    .addOption(new Option('-l, --selector <selector>', 'only nodes with these labels, as for kubectl get'))
    .addOption(new Option('--sort-by <column>', 'what to sort by').choices(SORT_KEYS).default('state'))
    .addOption(
      new Option('-o, --output <format>', 'more columns, or for programs').choices([
        'wide',
        'name',
        'json',
        'yaml',
      ]),
    )
    .addOption(new Option('--no-headers', 'leave out the names of the columns'))
    .addHelpText(
      'after',
      `
Examples:
  kubectl ofed nodes
  kubectl ofed nodes --state failed -o wide
  kubectl ofed nodes --reason eviction-blocked,jobs-running
  kubectl ofed nodes -l topology.kubernetes.io/zone=a --sort-by since
  kubectl describe $(kubectl ofed nodes --state failed -o name)`,
    );
  command.action(async (options: NodesOptions) => {
    await run(command, (session) => show(session, options));
  });
};

async function show(session: Session, options: NodesOptions): Promise<number> {
  const { access, print, style } = session;
  const [assessment, labelled] = await Promise.all([
    lookAt(access, () => []),
    options.selector === undefined ? undefined : labelledNodes(access, options.selector),
  ]);
  const nodes = nodeReports(assessment)
    .filter((node) => isWanted(node, options, labelled))
    .sort(ORDERS[options.sortBy]);
  const { output } = options;
  if (output === 'json' || output === 'yaml') print(formatData(nodes, output));
  else if (output === 'name') print(nodes.map(({ name }) => `node/${name}`));
  else if (nodes.length === 0) session.terminal.err('No nodes found\n');
  else {
    const how = { now: assessment.scene.now, wide: output === 'wide', header: options.headers };
    print(renderNodes(printable(nodes), how, style()));
  }
  return STATUS.ok;
}

function isWanted(
  { name, state, reason }: NodeReport,
  options: NodesOptions,
  labelled: ReadonlySet<string> | undefined,
): boolean {
  return (
    (options.state?.includes(state) ?? true) &&
    (options.reason === undefined || (reason !== undefined && options.reason.includes(reason.code))) &&
    (labelled?.has(name) ?? true)
  );
}

type Order = (a: NodeReport, b: NodeReport) => number;

const byName: Order = (a, b) => compare(a.name, b.name);

const ORDERS: Readonly<Record<SortKey, Order>> = {
  name: byName,
  state: (a, b) => rank(a.state) - rank(b.state) || byName(a, b),
  since: (a, b) => compare(a.stateSince ?? '', b.stateSince ?? '') || byName(a, b),
  version: (a, b) => compare(a.driver.version ?? '', b.driver.version ?? '') || byName(a, b),
  reason: (a, b) => compare(a.reason?.code ?? '~', b.reason?.code ?? '~') || byName(a, b),
};

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Those that have failed, those on their way, the furthest first, those that wait, and those that are done. */
function rank(state: NodeState): number {
  if (state === 'upgrade-failed') return 0;
  const place = UPGRADE_STATES.findIndex((each) => each === state);
  return state === 'upgrade-done' ? UPGRADE_STATES.length + 1 : UPGRADE_STATES.length - place;
}

/** Names of states, or the parts of them that people remember. */
function states(value: string): readonly NodeState[] {
  return value.split(',').map((word) => {
    const found = ([...UPGRADE_STATES, 'none'] as const).find((state) =>
      [word, `upgrade-${word}`, `${word}-required`].includes(state),
    );
    if (found === undefined)
      throw new InvalidArgumentError(`The states are ${[...UPGRADE_STATES, 'none'].join(', ')}.`);
    return found;
  });
}

function codes(value: string): readonly string[] {
  const words = value.split(',');
  const unknown = words.find((word) => !(REASON_CODES as readonly string[]).includes(word));
  if (unknown !== undefined)
    throw new InvalidArgumentError(`There is no reason ${unknown}. They are: ${REASON_CODES.join(', ')}.`);
  return words;
}
