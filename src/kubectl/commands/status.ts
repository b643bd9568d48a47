import { Option } from 'commander';
import { isInProgress } from '../../contract/states.ts';
import type { Assessment, NodeAssessment } from '../assess/assess.ts';
import { formatData, type DataFormat } from '../data.ts';
import { lookAt } from '../look-at.ts';
import { statusReport } from '../report/status-report.ts';
import { renderStatus } from '../render/status.ts';
import { STATUS, type AddCommand, type Session } from '../session.ts';
import { printable } from '../terminal/printable.ts';
import { duration } from './flags.ts';
import { followRollout } from './follow.ts';

interface StatusOptions {
  readonly output?: DataFormat;
  readonly watch?: true;
  readonly wait?: true;
  /** In milliseconds. */
  readonly timeout?: number;
}

/** `kubectl ofed status`: the rollout at a glance. */
export const addStatus: AddCommand = (program, run) => {
  const command = program
    .command('status')
    .summary('show how far the rollout is, and what holds it up')
    .description(
      'Shows which driver version is wanted, how many nodes have it, when the rest may, and which nodes have failed or are held up, with a command that helps.',
    )
    .addOption(new Option('-o, --output <format>', 'for programs').choices(['json', 'yaml']))
    .addOption(new Option('-w, --watch', 'keep showing it, until interrupted').conflicts(['wait', 'output']))
    .addOption(
      new Option(
        '--wait',
        'keep showing it until the rollout has ended; exit with 0 only if it is finished',
      ).conflicts('output'),
    )
    .addOption(
      new Option(
        '--timeout <duration>',
        'with --wait: give up after this time, such as 90s, 30m or 2h',
      ).argParser(duration),
    )
    .addHelpText(
      'after',
      `
With --wait the exit status is 0 when every node has the driver that is wanted, apart from those labelled to be skipped, and 1 when
nodes have failed and nothing else goes on, or when the time is over.

Examples:
  kubectl ofed status
  kubectl ofed status --watch
  kubectl ofed status --wait --timeout 2h && echo finished
  kubectl ofed status -o json | jq .totals`,
    );
  command.action(async (options: StatusOptions) => {
    await run(command, (session) => show(session, options));
  });
};

async function show(session: Session, { output, watch, wait, timeout }: StatusOptions): Promise<number> {
  if (watch === true || wait === true) {
    return await followRollout(session, {
      untilEnd: wait === true,
      ...(timeout === undefined ? {} : { timeout }),
    });
  }
  const assessment = await lookAt(session.access, troubled);
  const report = statusReport(assessment);
  session.print(
    output === undefined
      ? renderStatus(printable(report), assessment.scene.now, session.style())
      : formatData(report, output),
  );
  return STATUS.ok;
}

/** Of how many nodes the pods are read so that more can be said of them. */
const MOST_IN_DEPTH = 20;

/** Nodes in the middle of an upgrade: what holds them up, their pods tell. */
function troubled({ nodes }: Assessment): readonly NodeAssessment[] {
  return nodes.filter(({ state }) => isInProgress(state)).slice(0, MOST_IN_DEPTH);
}
