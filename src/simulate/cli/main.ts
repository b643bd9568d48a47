import { Command, InvalidArgumentError, Option } from 'commander';
import { availableParallelism } from 'node:os';
import { isMainThread } from 'node:worker_threads';
import { crashEverywhere } from './crash-everywhere.ts';
import { hunt } from './hunt.ts';
import { provePlanted } from './planted.ts';
import { replay } from './replay.ts';
import { scenariosFrom, serveRuns } from './worker.ts';

interface Options {
  readonly seeds?: number;
  readonly from: number;
  readonly seed?: number;
  readonly crashEverywhere: boolean;
  readonly planted: boolean;
  readonly only?: string;
  readonly workers: number;
  readonly output: 'text' | 'json';
  readonly shrink: boolean;
}

function wholeNumber(text: string): number {
  if (!/^[0-9]{1,15}$/.test(text)) throw new InvalidArgumentError('a whole number is wanted');
  return Number(text);
}

const program = new Command('simulate')
  .description(
    'Upgrades random fleets in a simulated cluster while everything goes wrong that can go wrong: calls fail, processes die, nodes ' +
      'vanish, people interfere. After every single change it checks that no promise was broken, and in the end that ' +
      'every node was upgraded. The same seed gives the same run.',
  )
  .option(
    '--seeds <n>',
    'how many runs (default: 1000; with --planted, the most for each bug: 1000)',
    wholeNumber,
  )
  .option('--from <seed>', 'the first seed', wholeNumber, 1)
  .addOption(
    new Option('--seed <seed>', 'one run, told in full')
      .argParser(wholeNumber)
      .conflicts(['crashEverywhere', 'planted']),
  )
  .addOption(
    new Option(
      '--crash-everywhere',
      'small rollouts, in each of which the operator is killed at every single call, before and after it takes effect',
    )
      .default(false)
      .conflicts('planted'),
  )
  .option('--planted', 'run operators with a bug in them, and say how many seeds it took to find it', false)
  .option('--only <words>', 'with --planted: only the bugs that have this in their name')
  .option('--workers <n>', 'how many runs at once', wholeNumber, availableParallelism())
  .option('--no-shrink', 'tell a failing run as it is, without taking away what it does not need')
  .addOption(
    new Option('-o, --output <format>', 'how to print the figures').choices(['text', 'json']).default('text'),
  )
  .addHelpText(
    'after',
    `
Exit status: 0 if every run kept every promise (with --planted: if every bug was found), 1 if not, 2 if the command line is wrong.

Examples:
  npm run simulate -- --seeds 1000
  npm run simulate -- --seed 4711
  npm run simulate -- --crash-everywhere
  npm run simulate -- --planted`,
  )
  .exitOverride();

async function main(): Promise<number> {
  program.parse();
  const { seeds, from, seed, ...options } = program.opts<Options>();
  if (seed !== undefined) return await replay(seed, options.shrink);
  if (options.planted) return await provePlanted({ ...options, from, seeds: seeds ?? 1000 });
  if (options.crashEverywhere) return await crashEverywhere(options);
  const count = seeds ?? 1000;
  return await hunt({ ...options, scenarios: scenariosFrom(from, count), count });
}

// Refusals are everyday here, and recording where each was made would take a good part of the time.
if (!isMainThread) Error.stackTraceLimit = 0;

if (isMainThread) {
  main().then(
    (status) => {
      process.exitCode = status;
    },
    (error: unknown) => {
      const { code, exitCode } = error as { readonly code?: string; readonly exitCode?: number };
      if (code?.startsWith('commander.') !== true) throw error;
      process.exitCode = exitCode === 0 ? 0 : 2;
    },
  );
} else {
  serveRuns();
}
