import type { Command } from 'commander';
import {
  atLeastOne,
  count,
  durationOption,
  nice,
  outputOption,
  profileOption,
  saveOption,
  words,
} from '../options.ts';
import { publish, type Publishing } from '../report/publish.ts';
import { figuresOf, rolloutReport } from './report.ts';
import { compareRollouts, type RolloutOptions } from './rollout.ts';

interface Flags extends Publishing {
  readonly nodes: number;
  readonly parallel: number;
  readonly podsPerNode: number;
  readonly load: number;
  readonly bystanders: number;
  readonly operator?: string;
  readonly profile?: string;
  readonly nodeArgs: readonly string[];
  readonly nice?: number;
  readonly rounds: number;
  readonly timeout: number;
}

/** `npm run bench -- rollout` */
export function addRollout(program: Command): void {
  program
    .command('rollout')
    .summary('roll a driver version out, against the least that a rollout can cost')
    .description(
      'Rolls a version of the driver out to a fleet on a real control plane, once by the operator and once by a program ' +
        '(bench/floor) that makes the writes which the contract asks for and nothing else, and compares the two.',
    )
    .option('--nodes <count>', 'how many nodes', atLeastOne, 100)
    .option('--parallel <count>', 'maxParallelUpgrades: nodes upgraded at once; 0: no limit', count, 25)
    .option('--pods-per-node <count>', 'workload pods per node, which have to be evicted', count, 1)
    .addOption(durationOption('--load <time>', 'how long a driver takes to load', '1s'))
    .option('--bystanders <count>', 'pods in the cluster, on other nodes, that stay where they are', count, 0)
    .option('--operator <command>', 'measure another operator; it finds the cluster by $KUBECONFIG')
    .option(
      '--nice <number>',
      'priority of the two programs that are compared: -20 to have them go before all others, which needs root',
      nice,
    )
    .option('--rounds <count>', 'how often each has its turn; medians are shown', atLeastOne, 1)
    .addOption(durationOption('--timeout <time>', 'how long one rollout may take', '20m'))
    .addOption(profileOption())
    .option('--node-args <flags>', "flags for the operator's Node, to find out what they change", words, [])
    .addOption(outputOption())
    .addOption(saveOption())
    .addHelpText(
      'after',
      `
Examples:
  npm run bench -- rollout --nodes 500                      25 in parallel, one pod on each
  npm run bench -- rollout --nodes 500 --parallel 0         all at once
  npm run bench -- rollout --nodes 500 --bystanders 50000   does a full cluster cost anything?
  npm run bench -- rollout --operator "/opt/network-operator --leader-elect=false"

What is compared: both upgrade the same fleet, one after the other, on the same control plane. The seconds count from the
moment that the new version is asked for to the moment that the last node is upgrade-done, as a watch of the nodes sees it.
A slot is empty from the moment that a node is no longer in progress to the moment that the next one is. Requests are
counted by the API server's audit log, which also has how long a patch took. CPU, memory and event loop are those of the
operator's process alone; below stands what every other program had of the processors meanwhile.

Another operator must honour the contract (docs/contract.md): it is given a policy, the definition of its kind, and an
account that may do everything. It has ten seconds to start.`,
    )
    .action(async ({ load, timeout, output, save, ...flags }: Flags) => {
      const options: RolloutOptions = { ...flags, loadMs: load, timeoutMs: timeout };
      await publish({ output, save }, options, async (say) => {
        const runs = await compareRollouts(options, say);
        return {
          text: rolloutReport(runs, options),
          figures: runs.map(({ round, contender, measured }) => ({
            round,
            contender,
            ...figuresOf(measured, options),
            requests: measured.requests.byVerbAndResource,
            cpuSecondsOf: measured.cpuSeconds,
          })),
        };
      });
    });
}
