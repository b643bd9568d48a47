/** `npm run bench`: what the operator costs, one command for each question. */
import { Command, CommanderError } from 'commander';
import { addDecide } from './decide/command.ts';
import { addRollout } from './rollout/command.ts';
import { addSimulated } from './simulated/command.ts';
import { addStart } from './start/command.ts';
import { addSteady } from './steady/command.ts';

const USAGE_ERROR = 2;
const INTERRUPTED = 130;

const program = new Command('npm run bench --')
  .description(
    'Measures the operator. Each command answers one question on a real control plane (etcd, kube-apiserver, ' +
      'kube-controller-manager, kube-scheduler, and KWOK, which plays the nodes and their kubelets), and compares with ' +
      'something in the same run: figures from different machines, or of different days, say little about each other.',
  )
  .addHelpText(
    'after',
    `
docs/performance.md has the figures of the last time, and what they mean. The first run builds the control plane, which
takes some ten minutes and needs Go. Leave the machine alone while it measures: everything shares its processors.`,
  );

addRollout(program);
addSteady(program);
addStart(program);
addDecide(program);
addSimulated(program);

for (const command of [program, ...program.commands]) {
  command
    .exitOverride()
    .allowExcessArguments(false)
    .configureOutput({
      outputError: (text, write) => {
        write(`${text.trim().replaceAll('\n', ' ')}\n`);
      },
    });
}

// Ended by `exit`, so that what was started ends, too.
process.once('SIGINT', () => process.exit(INTERRUPTED));

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : USAGE_ERROR;
  } else {
    console.error(`error: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}
