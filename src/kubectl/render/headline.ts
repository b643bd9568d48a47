import type { OperatorReport, Phase, StatusReport } from '../report/status-report.ts';
import { wrapped, type Paint, type Style } from '../terminal/style.ts';
import { shortVersion } from '../assess/versions.ts';
import { ago } from './words.ts';

interface Words {
  readonly words: string;
  readonly paint: keyof Pick<Style, 'red' | 'yellow' | 'green' | 'cyan'>;
}

export const PHASES: Readonly<Record<Phase, Words>> = {
  'no-policy': { words: 'there is no NicClusterPolicy, so no driver is deployed', paint: 'yellow' },
  invalid: { words: 'the policy cannot be used; nothing is changed until it is corrected', paint: 'red' },
  'no-driver': { words: 'the policy asks for no driver', paint: 'yellow' },
  off: { words: 'automatic upgrades are switched off', paint: 'yellow' },
  unseen: { words: 'changed; the operator is taking it up', paint: 'cyan' },
  'rolling-out': { words: 'rolling out', paint: 'cyan' },
  paused: { words: 'paused: no new node is started', paint: 'yellow' },
  'held-up': { words: 'held up: nothing moves at the moment', paint: 'yellow' },
  stopped: { words: 'not finished: nodes have failed', paint: 'red' },
  finished: { words: 'finished', paint: 'green' },
};

/** What it is about, how it stands, and what else has to be known first. */
export function headline(report: StatusReport, now: number, style: Style): readonly string[] {
  const { words, paint } = PHASES[report.phase];
  const { wantedVersion, problem } = report.policy ?? {};
  const what = wantedVersion === undefined ? 'OFED driver' : `OFED driver ${shortVersion(wantedVersion)}`;
  return [
    `${style.bold(what)}: ${style[paint](words)}`,
    ...(problem === undefined ? [] : paragraph(problem, style.red, style)),
    ...operatorLines(report.operator, now, style),
  ];
}

/** Only where something is the matter with it: all that follows is then no more than what it did last. */
function operatorLines(
  { state, leader = '', lastHeardOf }: OperatorReport,
  now: number,
  style: Style,
): readonly string[] {
  switch (state) {
    case 'running':
    case 'unknown':
      return [];
    case 'silent':
      return paragraph(
        `The operator does not run: ${leader} was last heard of ${ago(lastHeardOf, now)}, and no other has taken over. Nothing goes on until one does.`,
        style.red,
        style,
      );
    case 'absent':
      return paragraph(
        'No operator runs in this namespace: none holds its Lease. If it lives elsewhere, say where with --namespace.',
        style.red,
        style,
      );
  }
}

function paragraph(text: string, paint: Paint, style: Style): readonly string[] {
  return wrapped(text, style.columns).map(paint);
}
