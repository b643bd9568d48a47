import { Command, CommanderError } from 'commander';
import { addManifests } from './manifests.ts';
import type { ManifestsOptions } from './manifests.ts';
import { addRun } from './run.ts';
import type { RunOptions } from './run.ts';
import { addSafeLoad } from './safe-load.ts';
import type { SafeLoadCommandOptions } from './safe-load.ts';
import { oneLine } from './usage-error.ts';
import { VERSION } from './version.ts';

/** What each command does; each resolves to the exit status. */
export interface Commands {
  run(options: RunOptions): Promise<number>;
  manifests(options: ManifestsOptions): Promise<number>;
  safeLoad(options: SafeLoadCommandOptions): Promise<number>;
}

/** Where help and complaints go. */
export interface Output {
  writeOut(text: string): void;
  writeErr(text: string): void;
}

/** The environment variables that stand in for flags. One that is set to nothing counts as not set. */
export const ENVIRONMENT = ['NODE_NAME', 'OPERATOR_IMAGE', 'POD_NAME', 'POD_NAMESPACE'] as const;

const USAGE_STATUS = 2;

/**
 * Reads a command line and does what it says.
 *
 * @param args without the program itself
 * @returns the exit status: the command's own, 0 for help and version, 2 for a command line that is wrong
 */
export async function execute(args: readonly string[], commands: Commands, output: Output): Promise<number> {
  let status = 0;
  const program = createProgram(commands, output, (result) => {
    status = result;
  });
  try {
    await program.parseAsync(impliedCommand(args), { from: 'user' });
    return status;
  } catch (error) {
    if (error instanceof CommanderError) {
      return error.exitCode === 0 ? 0 : USAGE_STATUS;
    }
    throw error;
  }
}

/**
 * NVIDIA's operator runs its init container's image with that program's flags and no command. With this program in such an image,
 * those flags mean `safe-load`, so that its driver pods start during a move from one operator to the other.
 */
function impliedCommand(args: readonly string[]): readonly string[] {
  return /^--(?:node-name|configmap-)/.test(args[0] ?? '') ? ['safe-load', ...args] : args;
}

function createProgram(commands: Commands, output: Output, done: (status: number) => void): Command {
  const program = new Command('ofed-operator')
    .description(
      'Upgrades the containerized NVIDIA/Mellanox OFED driver on the nodes of a Kubernetes cluster, ' +
        'node by node, and never under a running workload.',
    )
    .exitOverride()
    .configureOutput({
      writeOut: (text) => {
        output.writeOut(text);
      },
      writeErr: (text) => {
        output.writeErr(text);
      },
      outputError: (text, write) => {
        write(`${oneLine(text)}\n`);
      },
    })
    .addHelpText('after', '\n"ofed-operator COMMAND --help" explains a command.');
  addRun(program).action(async (options: RunOptions) => {
    done(await commands.run(options));
  });
  addManifests(program).action(async (options: ManifestsOptions) => {
    done(await commands.manifests(options));
  });
  addSafeLoad(program).action(async (options: SafeLoadCommandOptions) => {
    done(await commands.safeLoad(options));
  });
  for (const command of [program, ...program.commands]) {
    command
      .version(VERSION, '-V, --version', 'print the version')
      .helpOption('-h, --help', 'explain the command');
  }
  return program.helpCommand(false);
}
