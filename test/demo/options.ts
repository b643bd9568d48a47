import { Command, CommanderError, InvalidArgumentError } from 'commander';

export interface DemoOptions {
  readonly nodes: number;
  /** `maxParallelUpgrades`; 0: no limit. */
  readonly parallel: number;
  readonly keep: boolean;
}

/** Where help and complaints go. */
export interface Output {
  writeOut(text: string): void;
  writeErr(text: string): void;
}

const USAGE_STATUS = 2;
const FEWEST_NODES = 6;
const MOST_NODES = 300;

const HELP = `
What you see: a Kubernetes control plane of its own starts on this machine (etcd, kube-apiserver, kube-controller-manager,
kube-scheduler; KWOK plays the kubelets). The operator runs as a real process with the permissions of its own manifests. It brings
the driver up on every node; then one field of the policy changes, and the fleet is upgraded while workloads run on it. An observer
that knows nothing of the operator watches every change and gives its verdict at the end.

On a terminal the fleet is shown live; into a file or a pipe, or with NO_COLOR or CI set, as plain lines. The very first run builds
the control plane from source, which takes some ten minutes and needs Go; after that a run takes about a minute.

Examples:
  npm run demo                                 24 nodes, four at a time
  npm run demo -- --nodes 60 --parallel 10     a larger fleet
  npm run demo -- --keep                       look around afterwards with kubectl

Exits with 0 if the rollout finished and the observer found nothing, 1 if not, 2 if the command line is wrong.`;

/**
 * Reads the demo's command line.
 *
 * @param args without the program itself
 * @returns what was asked for, or the exit status if help was, or something that is wrong
 */
export function parseOptions(args: readonly string[], output: Output): DemoOptions | number {
  const program = new Command('npm run demo --')
    .description('Shows an upgrade of the driver on a whole fleet, live, on a real Kubernetes control plane.')
    .option('-n, --nodes <count>', `how many nodes, ${FEWEST_NODES} to ${MOST_NODES}`, nodeCount, 24)
    .option('-p, --parallel <count>', 'maxParallelUpgrades: nodes upgraded at once; 0: no limit', count, 4)
    .option('-k, --keep', 'leave everything running at the end, until Ctrl-C', false)
    .helpOption('-h, --help', 'explain the demo')
    .addHelpText('after', HELP)
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => {
        output.writeOut(text);
      },
      outputError: (text) => {
        output.writeErr(`${text.trim().replaceAll(/\s*\n\s*/g, ' ')}\n`);
      },
    });
  try {
    return program.parse(args, { from: 'user' }).opts<DemoOptions>();
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? 0 : USAGE_STATUS;
  }
}

function count(text: string): number {
  if (!/^\d{1,4}$/.test(text)) throw new InvalidArgumentError('It is not a whole number.');
  return Number.parseInt(text, 10);
}

function nodeCount(text: string): number {
  const nodes = count(text);
  if (nodes < FEWEST_NODES || nodes > MOST_NODES) {
    throw new InvalidArgumentError(`It must be from ${FEWEST_NODES} to ${MOST_NODES}.`);
  }
  return nodes;
}
