import { writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { Option } from 'commander';
import { UsageError } from '../../cli/usage-error.ts';
import { isInProgress } from '../../contract/states.ts';
import * as read from '../../cli/values.ts';
import { lookAt } from '../look-at.ts';
import { STATUS, type AddCommand, type Session } from '../session.ts';
import { supportFiles } from '../support/bundle.ts';
import { tar } from '../support/tar.ts';

const FOLDER = 'ofed-snapshot';

/** `kubectl ofed snapshot`: what whoever helps from afar needs to see. */
export const addSnapshot: AddCommand = (program, run) => {
  const command = program
    .command('snapshot')
    .summary('collect what is needed to get help, in one file')
    .description(
      'Writes an archive with the policy, the nodes, the driver pods, DaemonSets and revisions, budgets, Events, the reason of each node, and the log of the operator. Nothing is changed in the cluster.',
    )
    .addOption(
      new Option('-f, --file <file>', 'the file to write').default(`${FOLDER}.tar.gz`).argParser(read.file),
    )
    .addHelpText(
      'after',
      `
Left out are the values of environment variables, and what "kubectl apply" has noted. Secrets are never read; the names of image pull
secrets are in it, and so are the names and labels of nodes and of pods on nodes in progress. Look through it before you give it away.

Example:
  kubectl ofed snapshot -f snapshot.tar.gz && tar -tzf snapshot.tar.gz`,
    );
  command.action(async ({ file }: { readonly file: string }) => {
    await run(command, (session) => snapshot(session, file));
  });
};

async function snapshot({ access, terminal, readLog, print }: Session, file: string): Promise<number> {
  terminal.err('reading the cluster\n');
  const assessment = await lookAt(access, ({ nodes }) => nodes.filter(({ state }) => isInProgress(state)));
  const onProgress = (what: string): void => {
    terminal.err(`reading ${what}\n`);
  };
  const files = await supportFiles(access, assessment, { readLog, onProgress });
  const inFolder = files.map(({ path, content }) => ({ path: `${FOLDER}/${path}`, content }));
  const archive = await promisify(gzip)(tar(inFolder, assessment.scene.now));
  await writeFile(file, archive, { mode: 0o600 }).catch((error: unknown) => {
    throw new UsageError(
      `${file} cannot be written: ${error instanceof Error ? error.message : String(error)}`,
    );
  });
  print([`${file}: ${files.length} files, ${Math.ceil(archive.length / 1024)} KiB`]);
  return STATUS.ok;
}
