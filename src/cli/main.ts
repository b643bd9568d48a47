import { ENVIRONMENT, execute } from './program.ts';
import type { Commands } from './program.ts';
import { oneLine, UsageError } from './usage-error.ts';

// What a command needs is loaded when it is asked for: help comes at once, and a driver pod does not load the operator.
const commands: Commands = {
  run: async (options) => (await import('./run-operator.ts')).runUntilTold(options),
  manifests: async (options) => (await import('./print-manifests.ts')).printManifests(options),
  safeLoad: async (options) => (await import('./hold-driver.ts')).holdDriver(options),
};

const USAGE_STATUS = 2;
const UNEXPECTED_STATUS = 1;

async function main(): Promise<number> {
  for (const name of ENVIRONMENT) {
    if (process.env[name] === '') {
      Reflect.deleteProperty(process.env, name);
    }
  }
  try {
    return await execute(process.argv.slice(2), commands, {
      writeOut: (text) => process.stdout.write(text),
      writeErr: (text) => process.stderr.write(text),
    });
  } catch (error) {
    if (error instanceof UsageError) {
      process.stderr.write(`error: ${oneLine(error.message)}\n`);
      return USAGE_STATUS;
    }
    return reportUnexpected(error);
  }
}

/** Nobody foresaw it, so the one line has the stack too. */
async function reportUnexpected(error: unknown): Promise<number> {
  const { createLogger } = await import('../operator/telemetry/log.ts');
  const stack = error instanceof Error ? error.stack : undefined;
  createLogger({ level: 'info' }).error({ error, stack }, 'unexpected error: ending');
  return UNEXPECTED_STATUS;
}

function end(status: number): void {
  process.exit(status);
}

// Whoever reads the output, `head` say, may have read enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') {
    end(0);
  }
  throw error;
});
process.on('uncaughtException', (error) => {
  void reportUnexpected(error).then(end);
});
void main().then(end);
