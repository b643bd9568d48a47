import { shortVersion } from '../assess/versions.ts';
import { humanDuration } from '../../kubernetes/age.ts';
import { listNames } from '../../reasons/index.ts';
import type { PlannedNode, PlanReport, Prediction, Wave } from '../plan/plan-report.ts';
import { wrapped, type Style } from '../terminal/style.ts';
import { table, type Cell } from '../terminal/table.ts';
import { titleOf } from './nodes.ts';
import { count } from './words.ts';

/** How a rollout would go, at a glance. */
export function renderPlan(report: PlanReport, style: Style): readonly string[] {
  const parts = [
    headline(report, style),
    timeline(report, style),
    notes(report),
    ...report.blocked.map((each) => prediction(each, titleWord(each, style), style)),
    ...report.delayed.map((each) => prediction(each, style.cyan('HELD UP FOR A WHILE'), style)),
    section('ESTIMATED FROM', estimates(report), style),
    section('CANNOT BE KNOWN BEFOREHAND', report.unknown, style),
  ];
  return parts
    .filter((part) => part.length > 0)
    .flatMap((part, index) => (index === 0 ? part : ['', ...part]));
}

/** A line for each node, in the order in which they would be upgraded. */
export function renderPlannedNodes(nodes: readonly PlannedNode[], style: Style): readonly string[] {
  const rows = nodes.map((node): readonly Cell[] => [
    node.name,
    node.wave === undefined ? NONE : String(node.wave),
    time(node.startsAfterSeconds),
    time(node.endsAfterSeconds),
    { text: node.outcome, paint: paintOfOutcome(node, style) },
    node.staysCordoned === true ? 'yes' : NONE,
    node.reasons[0]?.code ?? NONE,
    node.reasons[0]?.message ?? '',
  ]);
  return table(
    ['node', 'wave', 'starts', 'ends', 'outcome', 'stays cordoned', 'reason', 'message'],
    rows,
    style,
  );
}

const NONE = '-';

function time(seconds: number | undefined): string {
  return seconds === undefined ? NONE : humanDuration(seconds * 1000);
}

function paintOfOutcome({ outcome }: PlannedNode, style: Style) {
  if (outcome === 'failed') return style.red;
  if (outcome === 'upgraded' || outcome === 'untouched') return style.green;
  return style.yellow;
}

function headline({ version, totals, endsAfterSeconds }: PlanReport, style: Style): readonly string[] {
  const what = style.bold(version === undefined ? 'OFED driver' : `OFED driver ${shortVersion(version)}`);
  const { nodes, toUpgrade, upgraded, blocked, waiting, skipped } = totals;
  if (nodes === 0) return [`${what}: no node has, or is to have, a driver`];
  if (toUpgrade === 0) return [`${what}: ${style.green(`all ${count(nodes, 'node')} have it already`)}`];
  const end = endsAfterSeconds === undefined ? '' : ` within ${humanDuration(endsAfterSeconds * 1000)}`;
  const rest = [
    ...(blocked > 0 ? [style.red(`${blocked} would not`)] : []),
    ...(waiting > 0 ? [style.yellow(`${waiting} would wait for those`)] : []),
    ...(skipped > 0 ? [`${skipped} labelled to be skipped`] : []),
  ];
  const all = `${upgraded} of ${count(toUpgrade, 'node')} would be upgraded${end}`;
  return [`${what}: ${[upgraded === toUpgrade ? style.green(all) : all, ...rest].join(', ')}`];
}

const ROWS = 12;
const BAR = 40;

/** The waves; of many, several in a line. */
function timeline({ waves }: PlanReport, style: Style): readonly string[] {
  if (waves.length === 0) return [];
  const each = Math.ceil(waves.length / ROWS);
  const lines = Array.from({ length: Math.ceil(waves.length / each) }, (_, index) =>
    together(waves.slice(index * each, (index + 1) * each)),
  );
  const length = Math.max(1, ...waves.map(({ endsAfterSeconds }) => endsAfterSeconds));
  const rows = lines.map(({ name, nodes, startsAfterSeconds, endsAfterSeconds }) => [
    name,
    listNames(nodes, 3),
    time(startsAfterSeconds),
    time(endsAfterSeconds),
    bar(startsAfterSeconds / length, endsAfterSeconds / length, style),
  ]);
  return table(['wave', 'nodes', 'starts', 'ends', ''], rows, style);
}

function together(waves: readonly Wave[]): Omit<Wave, 'number'> & { readonly name: string } {
  const first = waves[0]?.number ?? 0;
  const last = waves.at(-1)?.number ?? 0;
  return {
    name: first === last ? String(first) : `${first}-${last}`,
    startsAfterSeconds: Math.min(...waves.map((wave) => wave.startsAfterSeconds)),
    endsAfterSeconds: Math.max(...waves.map((wave) => wave.endsAfterSeconds)),
    nodes: waves.flatMap(({ nodes }) => nodes),
  };
}

function bar(from: number, to: number, { symbols }: Style): string {
  const start = Math.min(BAR - 1, Math.floor(from * BAR));
  const end = Math.max(start + 1, Math.round(to * BAR));
  return symbols.empty.repeat(start) + symbols.full.repeat(end - start) + symbols.empty.repeat(BAR - end);
}

function notes({ nodes }: PlanReport): readonly string[] {
  const cordoned = nodes.filter(({ staysCordoned }) => staysCordoned === true).map(({ name }) => name);
  return cordoned.length === 0 ? [] : [`Cordoned by somebody, and left so: ${listNames(cordoned, 3)}`];
}

function titleWord({ examples }: Prediction, style: Style): string {
  return examples[0]?.reason.severity === 'failed'
    ? style.red('WOULD FAIL')
    : style.yellow('WOULD BE HELD UP');
}

const INDENT = '    ';

function prediction({ code, nodes, examples }: Prediction, word: string, style: Style): readonly string[] {
  const rest = nodes.slice(examples.length);
  const said = new Set<string>();
  return [
    `${word}  ${style.bold(code)}: ${count(nodes.length, 'node')}   ${style.dim(titleOf(code))}`,
    ...examples.flatMap(({ name, reason }) => {
      const commands = reason.remedy.commands.slice(0, 2).filter((command) => !said.has(command));
      for (const command of commands) said.add(command);
      return [
        `  ${style.bold(name)}`,
        ...wrapped(reason.message, style.columns - INDENT.length).map((line) => INDENT + line),
        ...commands.map((command) => `${INDENT}$ ${command}`),
      ];
    }),
    ...(rest.length === 0 ? [] : [`  and ${listNames(rest, 3)}: ${style.dim('see -o wide')}`]),
  ];
}

function estimates({ estimates: all, totals }: PlanReport): readonly string[] {
  if (totals.toUpgrade === 0) return [];
  const load = humanDuration(all.driverLoadSeconds * 1000);
  const stop = humanDuration(all.driverStopSeconds * 1000);
  const pods =
    all.podStopSeconds === undefined
      ? 'pods are taken to use all of their grace period'
      : `pods take up to ${humanDuration(all.podStopSeconds * 1000)} to end`;
  return [
    all.driversMeasured === 0
      ? `a driver is taken to need ${load}: none is Ready to learn from`
      : `a driver needs ${load} to come up, as did ${count(all.driversMeasured, 'driver')} that are Ready`,
    all.endsMeasured
      ? `a driver takes ${stop} to end, and ${pods}, by what the last rollout took`
      : `a driver is taken to need ${stop} to end, and ${pods}: no rollout has ended to learn from`,
  ];
}

function section(name: string, lines: readonly string[], style: Style): readonly string[] {
  return lines.length === 0
    ? []
    : [
        style.bold(name),
        ...lines.flatMap((line) =>
          wrapped(line, style.columns - 4).map((part, index) => `${index === 0 ? '  - ' : INDENT}${part}`),
        ),
      ];
}
