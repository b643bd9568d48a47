import type { Measured } from '../lab/measure.ts';
import { figure, median, table, type Row } from '../report/table.ts';
import type { RolloutOptions, Run } from './rollout.ts';

/** The figures of one run, as numbers under names that stay. */
export interface RolloutFigures {
  readonly seconds: number;
  readonly secondsToFirstNode: number;
  readonly mostInProgress: number;
  readonly outOfServiceSecondsPerNode: number;
  readonly slotEmptyMsMedian: number | undefined;
  readonly slotEmptyMsP99: number | undefined;
  readonly requestsPerNode: number;
  readonly evictions: number;
  readonly eventRequests: number;
  readonly cpuSeconds: number | undefined;
  readonly waitedSeconds: number | undefined;
  readonly peakMebibytes: number | undefined;
  readonly eventLoopDelayMsP99: number | undefined;
  readonly eventLoopDelayMsMost: number | undefined;
  readonly nodePatchMsMedian: number | undefined;
}

export function figuresOf(measured: Measured, { nodes, parallel }: RolloutOptions): RolloutFigures {
  const { statistics, requests, usage, eventLoop } = measured;
  const slots = parallel === 0 || parallel >= nodes ? undefined : statistics.slotGapSeconds;
  return {
    seconds: measured.seconds,
    secondsToFirstNode: measured.firstSeconds,
    mostInProgress: statistics.mostInProgress,
    outOfServiceSecondsPerNode: statistics.totalCordonedSeconds / nodes,
    slotEmptyMsMedian: slots && slots.median * 1000,
    slotEmptyMsP99: slots && slots.p99 * 1000,
    requestsPerNode: (requests.total - requests.evictions - requests.events) / nodes,
    evictions: requests.evictions,
    eventRequests: requests.events,
    cpuSeconds: usage?.cpuSeconds,
    waitedSeconds: usage?.waitedSeconds,
    peakMebibytes: usage?.peakMebibytes,
    eventLoopDelayMsP99: eventLoop?.p99Ms,
    eventLoopDelayMsMost: eventLoop?.mostMs,
    nodePatchMsMedian: median(requests.durationsMs['patch nodes'] ?? []),
  };
}

const ROWS: readonly (readonly [what: string, key: keyof RolloutFigures, compared?: true])[] = [
  ['seconds', 'seconds', true],
  ['seconds until the first node is cordoned', 'secondsToFirstNode'],
  ['seconds out of service, per node', 'outOfServiceSecondsPerNode', true],
  ['most nodes in progress', 'mostInProgress'],
  ['slot empty between two nodes, ms, median', 'slotEmptyMsMedian'],
  ['slot empty between two nodes, ms, p99', 'slotEmptyMsP99'],
  ['patch of a node, ms within the API server, median', 'nodePatchMsMedian'],
  ['requests per node, without evictions and Events', 'requestsPerNode', true],
  ['evictions', 'evictions'],
  ['requests for Events', 'eventRequests'],
  ['CPU seconds', 'cpuSeconds', true],
  ['seconds that it waited for a processor', 'waitedSeconds'],
  ['peak memory, MiB', 'peakMebibytes'],
  ['event loop delay, ms, p99', 'eventLoopDelayMsP99'],
  ['event loop delay, ms, most', 'eventLoopDelayMsMost'],
];

/** Medians over the rounds, and their ratios; below, the requests of each by what they were for. */
export function rolloutReport(runs: readonly Run[], options: RolloutOptions): string {
  const [operator = '', floor = ''] = [...new Set(runs.map(({ contender }) => contender))];
  const value = (contender: string, key: keyof RolloutFigures): number | undefined =>
    medianOf(runs, contender, (run) => figuresOf(run.measured, options)[key]);
  const rows = ROWS.map(([what, key, compared]): Row => {
    const [ours, theirs] = [value(operator, key), value(floor, key)];
    const ratio = compared && ours !== undefined && theirs ? (ours / theirs).toFixed(2) : '';
    return [what, figure(ours), figure(theirs), ratio];
  });
  const rounds = options.rounds === 1 ? '' : `, medians of ${options.rounds} rounds`;
  return [
    `${heading(options)}${rounds}`,
    '',
    table(['', operator, floor, 'ratio'], rows),
    '',
    table(['requests per node', operator, floor], requestRows(runs, [operator, floor], options.nodes)),
    '',
    table(['CPU seconds of', operator, floor], programRows(runs, [operator, floor])),
  ].join('\n');
}

function heading({ nodes, parallel, podsPerNode, loadMs, bystanders }: RolloutOptions): string {
  const limit = parallel === 0 ? 'without a limit' : `${parallel} in parallel`;
  const others = bystanders === 0 ? '' : `, ${bystanders} pods elsewhere`;
  return `${nodes} nodes, ${limit}, ${podsPerNode} pods per node, drivers that load in ${loadMs / 1000} s${others}`;
}

function requestRows(runs: readonly Run[], contenders: readonly string[], nodes: number): readonly Row[] {
  const kinds = new Set(runs.flatMap(({ measured }) => Object.keys(measured.requests.byVerbAndResource)));
  const perNode = (contender: string, kind: string): number =>
    (medianOf(runs, contender, ({ measured }) => measured.requests.byVerbAndResource[kind] ?? 0) ?? 0) /
    nodes;
  return [...kinds]
    .sort((a, b) => perNode(contenders[0] ?? '', b) - perNode(contenders[0] ?? '', a))
    .map((kind) => [kind, ...contenders.map((contender) => perNode(contender, kind).toFixed(3))] as const);
}

/** Who had the machine: the programs around the two that are compared. */
function programRows(runs: readonly Run[], contenders: readonly string[]): readonly Row[] {
  const programs = new Set(runs.flatMap(({ measured }) => Object.keys(measured.cpuSeconds)));
  return [...programs].map((program) => [
    program,
    ...contenders.map((contender) =>
      figure(medianOf(runs, contender, ({ measured }) => measured.cpuSeconds[program])),
    ),
  ]);
}

function medianOf(
  runs: readonly Run[],
  contender: string,
  value: (run: Run) => number | undefined,
): number | undefined {
  const values = runs.filter((run) => run.contender === contender).map(value);
  return median(values.filter((each) => each !== undefined));
}
