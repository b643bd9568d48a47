import { Argument } from 'commander';
import { seenNodes } from '../gather/resources.ts';
import { candidates } from '../completion/candidates.ts';
import { SCRIPTS } from '../completion/scripts.ts';
import { STATUS, type AddCommand, type Run, type Session } from '../session.ts';
import type { Command } from 'commander';

type Shell = keyof typeof SCRIPTS;

/** `kubectl ofed completion`: what a shell, or kubectl, needs to complete command lines. */
export const addCompletion: AddCommand = (program, run, write) => {
  program
    .command('completion')
    .addArgument(new Argument('<for>', 'what is to complete').choices(['kubectl', 'bash', 'zsh', 'fish']))
    .summary('print what a shell needs to complete command lines')
    .description(
      'Prints a script by which command lines are completed. With "kubectl" it is one that kubectl’s own completion calls for "kubectl ofed"; the others are for "kubectl-ofed" called by itself.',
    )
    .addHelpText(
      'after',
      `
Examples:
  kubectl ofed completion kubectl > ~/bin/kubectl_complete-ofed && chmod +x ~/bin/kubectl_complete-ofed
  source <(kubectl-ofed completion bash)`,
    )
    .action((shell: Shell) => {
      write(SCRIPTS[shell]);
    });
  program
    .command('__complete', { hidden: true })
    .argument('[words...]')
    .allowUnknownOption()
    .helpOption(false)
    .action(async (words: readonly string[]) => {
      const found = await candidates(program, words, () => nodeNames(program, run));
      write(
        found.map(({ word, about }) => `${word}${about === undefined ? '' : `\t${about}`}\n`).join('') +
          NO_FILES,
      );
    });
};

/**
 * Names of files are no candidates.
 *
 * @see https://github.com/spf13/cobra/blob/v1.9.1/site/content/completions/_index.md
 */
const NO_FILES = ':4\n';

/** None where the cluster cannot be reached: a shell that is completing a word is no place for complaints. */
async function nodeNames(program: Command, run: Run): Promise<readonly string[]> {
  const names: string[] = [];
  const read = async ({ access }: Session): Promise<number> => {
    const { items } = await access.cluster.list(seenNodes, {}, { signal: access.signal });
    names.push(...items.map(({ name }) => name).sort());
    return STATUS.ok;
  };
  await run(program, read).catch(() => undefined);
  return names;
}
