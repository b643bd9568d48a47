import type { Command } from 'commander';
import { count, durationOption, outputOption, saveOption, sizes } from '../options.ts';
import { publish, type Publishing } from '../report/publish.ts';
import { figure, table } from '../report/table.ts';
import { simulateRollout, type SimulatedCost } from './simulated-rollout.ts';

interface Flags extends Publishing {
  readonly nodes: readonly number[];
  readonly parallel?: number;
  readonly load: number;
}

/** `npm run bench -- simulated` */
export function addSimulated(program: Command): void {
  program
    .command('simulated')
    .summary('what does the operator itself cost, with a cluster that costs nothing?')
    .description(
      'Has the whole operator, but for its connection, upgrade fleets in virtual time, on a cluster that answers at once and ' +
        'costs next to nothing: what is left is the work of the operator itself, which should grow with the nodes and no faster.',
    )
    .option('--nodes <counts>', 'fleet sizes, separated by commas', sizes, [1000, 10_000, 50_000])
    .option(
      '--parallel <count>',
      'maxParallelUpgrades; 0: no limit (default: a twentieth of the nodes)',
      count,
    )
    .addOption(durationOption('--load <time>', 'how long a driver takes to load', '1s'))
    .addOption(outputOption())
    .addOption(saveOption())
    .action(async ({ nodes, parallel, load, output, save }: Flags) => {
      await publish({ output, save }, { nodes, parallel, load }, async (say) => {
        const run = (size: number): Promise<SimulatedCost> => {
          say(`${size} nodes`);
          return simulateRollout({
            nodes: size,
            parallel: parallel ?? Math.ceil(size / 20),
            loadMs: load,
          });
        };
        await run(WARM_UP);
        const costs: SimulatedCost[] = [];
        for (const size of nodes) costs.push(await run(size));
        return { text: report(costs), figures: costs };
      });
    });
}

const WARM_UP = 1000;

function report(costs: readonly SimulatedCost[]): string {
  const perNode = ({ cpuSeconds, nodes }: SimulatedCost): number => cpuSeconds / nodes;
  return table(
    ['nodes', 'parallel', 'seconds', 'in the cluster', 'CPU ms per node', 'ratio', 'decisions', 'requests'],
    costs.map((cost) => [
      String(cost.nodes),
      String(cost.parallel),
      figure(cost.realSeconds),
      figure(cost.virtualSeconds),
      figure(perNode(cost) * 1000),
      (perNode(cost) / perNode(costs[0]!)).toFixed(2),
      `${(cost.decisions / cost.nodes).toFixed(1)} per node`,
      `${(sum(Object.values(cost.calls)) / cost.nodes).toFixed(1)} per node`,
    ]),
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
