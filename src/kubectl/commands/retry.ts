import { Option } from 'commander';
import { UsageError } from '../../cli/usage-error.ts';
import type { ActionOptions } from '../act/intent.ts';
import { retry } from '../act/node-intents.ts';
import type { Assessment, NodeAssessment } from '../assess/assess.ts';
import { Refusal } from '../refusal.ts';
import type { AddCommand } from '../session.ts';
import { actionCommand, namedNodes, runAction } from './actions.ts';

interface RetryOptions extends ActionOptions {
  readonly failed?: true;
}

/** `kubectl ofed retry`: another try for nodes that have failed. */
export const addRetry: AddCommand = (program, run) => {
  const command = actionCommand(program, 'retry')
    .argument('[NODE...]', 'nodes')
    .summary('ask for another try of nodes that have failed')
    .description(
      'Asks for another try of nodes that have failed, once the cause is gone. Of a node whose driver pod belongs to no DaemonSet it asks for the replacement of that pod. A driver that is up to date is left alone.',
    )
    .addOption(new Option('--failed', 'all nodes that have failed'))
    .addHelpText(
      'after',
      `
Examples:
  kubectl ofed retry gpu-17
  kubectl ofed retry --failed --dry-run`,
    );
  command.action(async (names: readonly string[], options: RetryOptions) => {
    if (names.length > 0 === (options.failed === true)) throw new UsageError('name nodes, or say --failed');
    await runAction(
      { command, run, options },
      (seen) => {
        if (seen.mode.kind === 'off')
          throw new Refusal('automatic upgrades are switched off: no node is upgraded');
        return chosen(seen, names, options).map(retry);
      },
      options.failed === true
        ? 'no node has failed'
        : 'nothing to do: no upgrade that has failed, or one that has been asked for already',
    );
  });
};

function chosen(
  seen: Assessment,
  names: readonly string[],
  { failed }: RetryOptions,
): readonly NodeAssessment[] {
  return failed === true
    ? seen.nodes.filter(({ state }) => state === 'upgrade-failed')
    : namedNodes(seen, names);
}
