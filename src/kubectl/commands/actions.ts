import { Option, type Command } from 'commander';
import type { Assessment, NodeAssessment } from '../assess/assess.ts';
import { carryOut, type ActionOptions, type Intent } from '../act/intent.ts';
import { lookAt } from '../look-at.ts';
import { Refusal } from '../refusal.ts';
import { STATUS, type Run } from '../session.ts';

/** A command that changes something, with the flags that all of those have. */
export function actionCommand(program: Command, usage: string): Command {
  return program
    .command(usage)
    .addOption(new Option('--dry-run', 'only say what would be done, and the command that does the same'))
    .addOption(new Option('-y, --yes', 'do not ask before what may cost something'));
}

/** Looks at the cluster, and carries out what follows from that. */
export async function runAction(
  {
    command,
    run,
    options,
  }: { readonly command: Command; readonly run: Run; readonly options: ActionOptions },
  intentsFor: (assessment: Assessment) => readonly (Intent | undefined)[],
  nothing: string,
): Promise<void> {
  await run(command, async (session) => {
    const intents = intentsFor(await lookAt(session.access, () => [])).filter(
      (intent) => intent !== undefined,
    );
    if (intents.length > 0) return await carryOut(session, intents, options);
    session.print([nothing]);
    return STATUS.ok;
  });
}

/** The nodes of these names, each of them. @throws Refusal where one is not there, or has no driver */
export function namedNodes(
  { nodes, scene }: Assessment,
  names: readonly string[],
): readonly NodeAssessment[] {
  return [...new Set(names.map((name) => name.replace(/^nodes?\//, '')))].map((name) => {
    const found = nodes.find(({ node }) => node.name === name);
    if (found !== undefined) return found;
    throw new Refusal(
      scene.nodes.some((node) => node.name === name)
        ? `node ${name} has no NVIDIA NIC, by the labels of Node Feature Discovery, and so no driver`
        : `there is no node ${name}`,
    );
  });
}
