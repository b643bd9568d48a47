import type { Command } from 'commander';
import { atLeastOne, outputOption, saveOption } from '../options.ts';
import { publish, type Publishing } from '../report/publish.ts';
import { figure, table } from '../report/table.ts';
import { measureStart, type StartFigures } from './start.ts';

interface Flags extends Publishing {
  readonly nodes: number;
}

/** `npm run bench -- start` */
export function addStart(program: Command): void {
  program
    .command('start')
    .summary('how long from a cold start to the first decision?')
    .description(
      'Starts the operator in a cluster in which every driver is out of date, and tells how long it is until the first node ' +
        'and until the last one says that it needs an upgrade; beside it, how long it takes to read the same objects once.',
    )
    .option('--nodes <count>', 'how many nodes', atLeastOne, 5000)
    .addOption(outputOption())
    .addOption(saveOption())
    .action(async ({ nodes, output, save }: Flags) => {
      await publish({ output, save }, { nodes }, async (say) => {
        const plan = { nodes, parallel: 1, loadMs: 100, podsPerNode: 0, bystanders: 0 };
        const figures = await measureStart(plan, say);
        return { text: report(nodes, figures), figures };
      });
    });
}

function report(nodes: number, figures: StartFigures): string {
  return table(
    [`${nodes} nodes, cold start`, ''],
    [
      ['seconds to the first decision', figure(figures.secondsToFirstDecision)],
      ['seconds to the last node’s first decision', figure(figures.secondsToLastDecision)],
      ['seconds to read nodes and driver pods once', figure(figures.secondsOfBareReads)],
      ['peak memory, MiB', figure(figures.peakMebibytes)],
    ],
  );
}
