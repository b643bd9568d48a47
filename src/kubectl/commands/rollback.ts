import { InvalidArgumentError, Option } from 'commander';
import { VERSION_PATTERN, VERSION_PROBLEM } from '../../contract/version.ts';
import type { ActionOptions } from '../act/intent.ts';
import { rollback } from '../act/policy-intents.ts';
import type { AddCommand } from '../session.ts';
import { actionCommand, runAction } from './actions.ts';

interface RollbackOptions extends ActionOptions {
  readonly to?: string;
}

/** `kubectl ofed rollback`: the version before. */
export const addRollback: AddCommand = (program, run) => {
  const command = actionCommand(program, 'rollback')
    .summary('set the driver version back to the one before')
    .description(
      'Sets the driver version back to the one that was wanted before, which the older revisions of the driver DaemonSets tell. Nodes that have failed on the present one are brought back. A second rollback goes back to where the first began. It sets spec.ofedDriver.version; where the policy comes from a repository, that has to say so, too.',
    )
    .addOption(new Option('--to <version>', 'to this version').argParser(version))
    .addHelpText(
      'after',
      `
Examples:
  kubectl ofed rollback --dry-run
  kubectl ofed rollback && kubectl ofed status --wait`,
    );
  command.action(async (options: RollbackOptions) => {
    await runAction(
      { command, run, options },
      (seen) => [rollback(seen, options.to)],
      'that version is wanted already',
    );
  });
};

function version(value: string): string {
  if (!VERSION_PATTERN.test(value)) throw new InvalidArgumentError(`It ${VERSION_PROBLEM}.`);
  return value;
}
