import { Option } from 'commander';
import * as read from '../../cli/values.ts';
import { formatData, type DataFormat } from '../data.ts';
import { makePlan } from '../plan/make-plan.ts';
import { planReport, wouldBlock, type PlanReport } from '../plan/plan-report.ts';
import { renderPlan, renderPlannedNodes } from '../render/plan.ts';
import { STATUS, type AddCommand, type Session } from '../session.ts';
import { printable } from '../terminal/printable.ts';

interface PlanCommandOptions {
  readonly filename?: string;
  readonly to?: string;
  readonly imageCheck: boolean;
  readonly output?: DataFormat | 'wide' | 'name';
}

/** `kubectl ofed plan`: how a rollout would go. */
export const addPlan: AddCommand = (program, run) => {
  const command = program
    .command('plan')
    .summary('tell how a rollout would go, before anything is changed')
    .description(
      'Tells which nodes would be upgraded, in which order and how long that would take, and what would keep which of them from it, with what helps. Nothing in the cluster is changed: the operator’s own program is run on a copy, in a cluster that is simulated.',
    )
    .addOption(
      new Option('-f, --filename <file>', 'a file with the policy; "-": the standard input').argParser(
        read.file,
      ),
    )
    .addOption(new Option('--to <version>', 'another version of the driver than the policy has'))
    .addOption(new Option('--no-image-check', 'do not ask registries whether they have the driver’s images'))
    .addOption(
      new Option('-o, --output <format>', 'a line for each node, or for programs').choices([
        'wide',
        'name',
        'json',
        'yaml',
      ]),
    )
    .addHelpText('after', HELP);
  command.action(async (options: PlanCommandOptions) => {
    await run(command, (session) => plan(session, options));
  });
};

const HELP = `
Without -f and --to it tells how the rollout of the policy as it is goes on.

Exit status: 0 if nothing would keep a node from being upgraded, apart from the label to skip it; 1 if something would.

Examples:
  kubectl ofed plan --to 24.10-0.7.0.0-0
  kubectl ofed plan -f nic-cluster-policy.yaml -o wide
  kubectl ofed plan -f nic-cluster-policy.yaml && kubectl apply -f nic-cluster-policy.yaml
  kubectl ofed plan -o json | jq '.blocked[] | .code, .nodes'`;

async function plan(session: Session, options: PlanCommandOptions): Promise<number> {
  const { filename, to, imageCheck, output } = options;
  const progress = progressOf(session);
  let report: PlanReport;
  try {
    report = planReport(
      await makePlan(session.access, {
        ...(filename === undefined ? {} : { filename }),
        ...(to === undefined ? {} : { version: to }),
        askForImage: imageCheck ? session.askForImage : undefined,
        say: progress.say,
      }),
    );
  } finally {
    progress.end();
  }
  session.print(shown(report, output, session));
  return wouldBlock(report) ? STATUS.no : STATUS.ok;
}

function shown(
  report: PlanReport,
  output: PlanCommandOptions['output'],
  { style }: Session,
): readonly string[] {
  switch (output) {
    case 'json':
    case 'yaml':
      return formatData(report, output);
    case 'name':
      return report.waves.flatMap(({ nodes }) => nodes.map((name) => `node/${name}`));
    case 'wide':
      return renderPlannedNodes(printable(report.nodes), style());
    default:
      return renderPlan(printable(report), style());
  }
}

/** What is being done, in a line of a terminal that is gone again at the end. */
function progressOf({ terminal }: Session): {
  readonly say: (what: string) => void;
  readonly end: () => void;
} {
  const { size } = terminal.look;
  if (size === undefined) return { say: () => undefined, end: () => undefined };
  return {
    say: (what) => {
      terminal.err(`\r\u001B[K${what.slice(0, Math.max(1, size().columns - 1))}`);
    },
    end: () => {
      terminal.err('\r\u001B[K');
    },
  };
}
