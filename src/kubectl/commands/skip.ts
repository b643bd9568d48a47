import { Option } from 'commander';
import type { ActionOptions } from '../act/intent.ts';
import { skip } from '../act/node-intents.ts';
import type { AddCommand } from '../session.ts';
import { actionCommand, namedNodes, runAction } from './actions.ts';

interface SkipOptions extends ActionOptions {
  readonly remove?: true;
}

/** `kubectl ofed skip`: nodes that are not to be upgraded. */
export const addSkip: AddCommand = (program, run) => {
  const command = actionCommand(program, 'skip')
    .argument('<NODE...>', 'nodes')
    .summary('start no upgrade on nodes, or let them be upgraded again')
    .description(
      'Labels nodes so that no upgrade is started on them. One that is in the middle of an upgrade finishes it first. The label keeps upgrades from being started, nothing else: where the driver pod goes for another reason, the new version comes up.',
    )
    .addOption(new Option('--remove', 'take the label away'))
    .addHelpText(
      'after',
      `
Examples:
  kubectl ofed skip gpu-17 gpu-18
  kubectl ofed skip gpu-17 --remove`,
    );
  command.action(async (names: readonly string[], options: SkipOptions) => {
    const remove = options.remove === true;
    await runAction(
      { command, run, options },
      (seen) => namedNodes(seen, names).map((node) => skip(node, remove)),
      remove
        ? 'nothing to do: none is labelled to be skipped'
        : 'nothing to do: labelled to be skipped already',
    );
  });
};
