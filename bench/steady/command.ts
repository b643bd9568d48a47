import type { Command } from 'commander';
import { atLeastOne, count, durationOption, outputOption, profileOption, saveOption } from '../options.ts';
import { publish, type Publishing } from '../report/publish.ts';
import { figure, table } from '../report/table.ts';
import { measureSteady, type SteadyFigures } from './steady.ts';

interface Flags extends Publishing {
  readonly nodes: number;
  readonly pods: number;
  readonly duration: number;
  readonly heartbeat: number;
  readonly churn: number;
  readonly profile?: string;
}

/** `npm run bench -- steady` */
export function addSteady(program: Command): void {
  program
    .command('steady')
    .summary('what does the operator cost when there is nothing to do?')
    .description(
      'Leaves the operator alone with a fleet that is up to date: first in silence, then while nodes report their status and ' +
        'pods come and go. It should ask for nothing but watches and its Lease, and use next to no CPU.',
    )
    .option('--nodes <count>', 'how many nodes', atLeastOne, 5000)
    .option('--pods <count>', 'how many workload pods', atLeastOne, 50_000)
    .addOption(durationOption('--duration <time>', 'how long each of the two takes', '10m'))
    .addOption(durationOption('--heartbeat <time>', 'how often each node reports its status', '5m'))
    .option('--churn <count>', 'pods that are replaced each second', count, 10)
    .addOption(profileOption())
    .addOption(outputOption())
    .addOption(saveOption())
    .action(async ({ duration, heartbeat, output, save, ...flags }: Flags) => {
      const options = { ...flags, durationMs: duration, heartbeatMs: heartbeat };
      await publish({ output, save }, options, async (say) => {
        const figures = await measureSteady(options, say);
        return { text: report(options, figures), figures };
      });
    });
}

const ROWS: readonly (readonly [what: string, value: (figures: SteadyFigures) => number | undefined])[] = [
  ['seconds', ({ seconds }) => seconds],
  ['reports of nodes, per second', ({ heartbeats, seconds }) => heartbeats / seconds],
  ['pods replaced, per second', ({ podsReplaced, seconds }) => podsReplaced / seconds],
  ['CPU, percent of a core', ({ cpuPercent }) => cpuPercent],
  ['memory before, MiB', ({ mebibytesBefore }) => mebibytesBefore],
  ['memory after, MiB', ({ mebibytesAfter }) => mebibytesAfter],
  ['requests besides watches and the Lease', ({ needlessRequests }) => needlessRequests],
];

function report(
  { nodes, pods }: { readonly nodes: number; readonly pods: number },
  phases: readonly SteadyFigures[],
): string {
  const kinds = [...new Set(phases.flatMap(({ requests }) => Object.keys(requests)))];
  return [
    `${nodes} nodes, ${pods} pods, nothing to do`,
    '',
    table(
      ['', ...phases.map((each) => each.phase)],
      ROWS.map(([what, value]) => [what, ...phases.map((each) => figure(value(each)))]),
    ),
    '',
    table(
      ['requests', ...phases.map((each) => each.phase)],
      kinds.map((kind) => [kind, ...phases.map(({ requests }) => String(requests[kind] ?? 0))]),
    ),
  ].join('\n');
}
