import type { Command, Option } from 'commander';
import { UPGRADE_STATES } from '../../contract/states.ts';
import { REASON_CODES } from '../../reasons/index.ts';

/** Something that may stand at the end of a command line, and a few words about it. */
export interface Candidate {
  readonly word: string;
  readonly about?: string;
}

/**
 * What may come next.
 *
 * @param words the command line after the program's name; the last one is being written, and may be empty
 * @param nodeNames asked for only where the name of a node may stand
 */
export async function candidates(
  program: Command,
  words: readonly string[],
  nodeNames: () => Promise<readonly string[]>,
): Promise<readonly Candidate[]> {
  const last = words.at(-1) ?? '';
  const found = await unfiltered(program, words, nodeNames);
  return found.filter(({ word }) => word.startsWith(last));
}

async function unfiltered(
  program: Command,
  words: readonly string[],
  nodeNames: () => Promise<readonly string[]>,
): Promise<readonly Candidate[]> {
  const last = words.at(-1) ?? '';
  const command = program.commands.find((each) => words.slice(0, -1).includes(each.name()));
  const options = [...(command?.options ?? []), ...program.options];
  const valued = valueOf(options, words.at(-2) ?? '');
  if (valued !== undefined) return valued.map((word) => ({ word }));
  if (last.startsWith('-')) return flags(options);
  return command === undefined
    ? visible(program).map((each) => ({ word: each.name(), about: each.summary() }))
    : await argumentsOf(command, nodeNames);
}

async function argumentsOf(
  { registeredArguments }: Command,
  nodeNames: () => Promise<readonly string[]>,
): Promise<readonly Candidate[]> {
  const takesNodes = registeredArguments.some((argument) => argument.name().startsWith('NODE'));
  const words = takesNodes ? await nodeNames() : (registeredArguments[0]?.argChoices ?? []);
  return words.map((word) => ({ word }));
}

/** What the flag before may be given; undefined: it is none, or takes nothing. */
function valueOf(options: readonly Option[], flag: string): readonly string[] | undefined {
  const option = options.find(({ short, long }) => flag !== '' && (flag === short || flag === long));
  if (option === undefined || option.isBoolean() || !(option.required || option.optional)) return undefined;
  return option.argChoices ?? VALUES[option.long ?? ''] ?? [];
}

const VALUES: Readonly<Record<string, readonly string[]>> = {
  '--state': UPGRADE_STATES,
  '--reason': REASON_CODES,
};

function flags(options: readonly Option[]): readonly Candidate[] {
  return options.flatMap(({ long, description }) =>
    typeof long === 'string' ? [{ word: long, about: description }] : [],
  );
}

/** Commands for people; those for programs begin with an underscore. */
function visible({ commands }: Command): readonly Command[] {
  return commands.filter((each) => !each.name().startsWith('_'));
}
