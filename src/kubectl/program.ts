import { Command, CommanderError, Option } from 'commander';
import { oneLine, UsageError } from '../cli/usage-error.ts';
import * as read from '../cli/values.ts';
import { VERSION } from '../cli/version.ts';
import { ApiError } from '../cluster/errors.ts';
import { ConnectionError } from '../cluster/http/connection.ts';
import { DEFAULT_NAMESPACE } from '../contract/keys.ts';
import { COMMANDS } from './commands/index.ts';
import { Refusal } from './refusal.ts';
import { sessionOf, STATUS, type GlobalOptions, type Run, type Surroundings } from './session.ts';

/**
 * Reads a command line and does what it says.
 *
 * @param args without the program itself
 * @returns the exit status: 0, 1 where the answer is no or it failed, 2 for a command line that is wrong, 3 where the cluster cannot be
 * reached
 */
export async function execute(args: readonly string[], surroundings: Surroundings): Promise<number> {
  let status: number = STATUS.ok;
  const run: Run = async (command, action) => {
    const options = command.optsWithGlobals<GlobalOptions>();
    const connection = await surroundings.connect(options);
    try {
      status = await action(sessionOf(surroundings, connection, options));
    } finally {
      await connection.close();
    }
  };
  try {
    await createProgram(surroundings, run).parseAsync(args, { from: 'user' });
    return status;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? STATUS.ok : STATUS.usage;
    const { status: failed, message } = explained(error);
    surroundings.terminal.err(`error: ${oneLine(message)}\n`);
    return failed;
  }
}

/** What went wrong, in one line, and the exit status that says so. */
function explained(error: unknown): { readonly status: number; readonly message: string } {
  if (error instanceof UsageError) return { status: STATUS.usage, message: error.message };
  if (error instanceof Refusal) return { status: STATUS.no, message: error.message };
  if (error instanceof ConnectionError) return { status: STATUS.unreachable, message: error.message };
  if (error instanceof ApiError) return apiFailure(error);
  throw error;
}

function apiFailure(error: ApiError): { readonly status: number; readonly message: string } {
  switch (error.code) {
    case 'aborted':
      return { status: STATUS.interrupted, message: 'interrupted' };
    case 'connection':
    case 'timeout':
    case 'server':
    case 'malformed':
      return { status: STATUS.unreachable, message: `the cluster cannot be reached: ${error.message}` };
    case 'unauthorized':
      return {
        status: STATUS.unreachable,
        message: `the cluster does not accept your credentials: ${error.message}`,
      };
    case 'forbidden':
      return { status: STATUS.no, message: `not permitted: ${error.message}` };
    default:
      return { status: STATUS.no, message: error.message };
  }
}

function createProgram({ terminal }: Surroundings, run: Run): Command {
  const program = new Command('kubectl ofed')
    .description('Shows and steers the upgrade of the NVIDIA OFED driver on the nodes of a cluster.')
    .exitOverride()
    .configureOutput({
      writeOut: terminal.out,
      writeErr: terminal.err,
      outputError: (text, write) => {
        write(`${oneLine(text)}\n`);
      },
    })
    .addOption(
      new Option('--kubeconfig <file>', 'how to reach the cluster (default: as kubectl does)').argParser(
        read.file,
      ),
    )
    .addOption(new Option('--context <name>', 'which context of the kubeconfig'))
    .addOption(
      new Option('-n, --namespace <name>', 'where the operator and the driver live')
        .default(DEFAULT_NAMESPACE)
        .argParser(read.namespace),
    )
    .version(VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'explain the command')
    .helpCommand(false)
    .addHelpText('after', OVERVIEW);
  for (const add of COMMANDS) add(program, run, terminal.out);
  for (const command of program.commands.filter((each) => each.name() !== '__complete')) {
    command.helpOption('-h, --help', 'explain the command').configureHelp({ showGlobalOptions: true });
  }
  return program;
}

const OVERVIEW = `
Examples:
  kubectl ofed status            how far is the rollout, and what holds it up?
  kubectl ofed explain gpu-17    why is this node stuck, and what can I do?
  kubectl ofed nodes --state failed

Exit status: 0 yes, or done; 1 no, or failed; 2 a wrong command line; 3 the cluster cannot be reached.
"kubectl ofed COMMAND --help" explains a command.`;
