import { Command, CommanderError, InvalidArgumentError } from 'commander';

export interface DemoOptions {
  readonly nodes: number;
  /** `maxParallelUpgrades`; 0: no limit. */
  readonly parallel: number;
  /** How many times as fast as in a real cluster pods start, drivers load and jobs run. */
  readonly speed: number;
  readonly seed: number;
  readonly keep: boolean;
  /** Whether the dashboard is opened in a browser. */
  readonly open: boolean;
  readonly plain: boolean;
}

/** Where help and complaints go. */
export interface Output {
  writeOut(text: string): void;
  writeErr(text: string): void;
}

const USAGE_STATUS = 2;
const FEWEST_NODES = 12;
const MOST_NODES = 300;
const HIGHEST_SPEED = 50;

const HELP = `
What you see: a Kubernetes cluster is simulated inside this process: API server,
controllers, scheduler and kubelets, with nodes in four zones and workloads on
them. The operator is the real program, a process of its own that talks to that
API server over HTTP. It brings the network driver up on every node; then one
field of the policy changes, and the fleet is upgraded while jobs run, a
PodDisruptionBudget forbids evictions, a node is cordoned by a person, and on
some nodes the new driver's image is missing. Every change in the cluster is
checked against the operator's promises; the verdict comes last.

It needs nothing but Node: no cluster, no containers, no network, no kubeconfig
of yours. It listens on the loopback interface only and throws everything away
at the end. On a terminal the fleet is shown live; into a file or a pipe, with
NO_COLOR or CI set, or with --plain, as plain lines.

Examples:
  npm run demo                               60 nodes, six at a time
  npm run demo -- --nodes 200 --parallel 40  a larger fleet
  npm run demo -- --speed 3                  slow enough to follow a single node
  npm run demo -- --open --speed 5           watch it in a browser
  npm run demo -- --keep                     look around afterwards with kubectl,
                                             and start upgrades of your own

Exits with 0 if the rollout ended as it should and every promise was kept, 1 if
not, 2 if the command line is wrong.`;

/**
 * Reads the demo's command line.
 *
 * @param args without the program itself
 * @returns what was asked for, or the exit status if help was, or something that is wrong
 */
export function parseOptions(args: readonly string[], output: Output): DemoOptions | number {
  const program = new Command('npm run demo --')
    .description('Shows an upgrade of the network driver on a whole fleet, live. It takes half a minute.')
    .option('-n, --nodes <count>', `how many nodes, ${FEWEST_NODES} to ${MOST_NODES}`, nodeCount, 60)
    .option('-p, --parallel <count>', 'maxParallelUpgrades: nodes upgraded at once; 0: no limit', count, 6)
    .option(
      '-s, --speed <times>',
      `how many times as fast as usual pods, drivers and jobs are, 1 to ${HIGHEST_SPEED}`,
      speed,
      20,
    )
    .option('--seed <number>', 'another seed gives other names and slightly other times', count, 1)
    .option('-k, --keep', 'leave everything running at the end, until Ctrl-C', false)
    .option('-o, --open', 'open the dashboard in a browser, where there is one', false)
    .option('--plain', 'print lines instead of the live view', false)
    .helpOption('-h, --help', 'explain the demo')
    .addHelpText('after', HELP)
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => {
        output.writeOut(text);
      },
      outputError: (text) => {
        output.writeErr(`${text.trim().replaceAll(/\s*\n\s*/g, ' ')} See npm run demo -- --help\n`);
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
  if (!/^\d{1,4}$/.test(text)) throw new InvalidArgumentError('It must be a whole number from 0 to 9999.');
  return Number.parseInt(text, 10);
}

function nodeCount(text: string): number {
  return between(FEWEST_NODES, MOST_NODES, text);
}

function speed(text: string): number {
  return between(1, HIGHEST_SPEED, text);
}

function between(least: number, most: number, text: string): number {
  const value = /^\d{1,4}$/.test(text) ? Number.parseInt(text, 10) : NaN;
  if (value >= least && value <= most) return value;
  throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
}
