import type { Command } from 'commander';
import { atLeastOne, outputOption, saveOption, sizes } from '../options.ts';
import { publish, type Publishing } from '../report/publish.ts';
import { figure, table } from '../report/table.ts';
import { rollOutByCore, type CoreCost } from './core-rollout.ts';

interface Flags extends Publishing {
  readonly nodes: readonly number[];
  readonly parallel: number;
}

/** Nodes that are upgraded at least for each size. */
const SAMPLE = 20_000;

const ROUNDS = 5;

/** `npm run bench -- decide` */
export function addDecide(program: Command): void {
  program
    .command('decide')
    .summary('does a decision cost more in a larger fleet?')
    .description(
      'Has the core of the operator (src/upgrade) alone upgrade fleets of several sizes, in memory, and tells what one ' +
        'decision costs in each. It should cost the same.',
    )
    .option('--nodes <counts>', 'fleet sizes, separated by commas', sizes, [100, 1000, 10_000, 50_000])
    .option('--parallel <count>', 'maxParallelUpgrades', atLeastOne, 25)
    .addOption(outputOption())
    .addOption(saveOption())
    .action(async ({ nodes, parallel, output, save }: Flags) => {
      await publish({ output, save }, { nodes, parallel }, (say) => {
        say('warming up');
        costOf(SAMPLE, parallel);
        // In turns, and the best of each counts: whatever else the machine does can only add to it.
        const rounds = Array.from({ length: ROUNDS }, (_, round) =>
          nodes.map((size) => {
            say(`round ${round + 1} of ${ROUNDS}: ${size} nodes`);
            return costOf(size, parallel);
          }),
        );
        const costs = nodes.map((_, index) =>
          rounds.map((round) => round[index]!).reduce((a, b) => (b.coreSeconds < a.coreSeconds ? b : a)),
        );
        return Promise.resolve({ text: report(costs), figures: costs });
      });
    });
}

/** Small fleets are upgraded so often that as many nodes are as in a large one. */
function costOf(size: number, parallel: number): CoreCost {
  const costs = Array.from({ length: Math.ceil(SAMPLE / size) }, () => rollOutByCore(size, parallel));
  const sum = (key: keyof CoreCost): number => costs.reduce((total, cost) => total + cost[key], 0);
  return {
    nodes: size,
    decisions: sum('decisions') / costs.length,
    coreSeconds: sum('coreSeconds') / costs.length,
  };
}

function report(costs: readonly CoreCost[]): string {
  const first = microseconds(costs[0]!);
  return table(
    ['nodes', 'decisions per node', 'µs per decision', 'ratio to the first'],
    costs.map((cost) => [
      String(cost.nodes),
      (cost.decisions / cost.nodes).toFixed(1),
      figure(microseconds(cost)),
      (microseconds(cost) / first).toFixed(2),
    ]),
  );
}

function microseconds({ coreSeconds, decisions }: CoreCost): number {
  return (coreSeconds * 1e6) / decisions;
}
