import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let directory = '';
let program = '';

// A program that ends when told to, in the time of its argument, with the status of the signal; or after one second.
const SOURCE = `
  import { createLogger } from '../operator/telemetry/log.ts';
  import { listenForShutdown } from './shutdown.ts';
  const shutdown = listenForShutdown(createLogger({ level: 'info' }), 1000);
  const busy = setInterval(() => {}, 1000);
  shutdown.signal.addEventListener('abort', () => {
    setTimeout(() => process.exit(shutdown.signalStatus()), Number(process.argv[2]));
  });
  process.stdout.write('ready');
`;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'shutdown-'));
  program = join(directory, 'program.mjs');
  await build({
    stdin: { contents: SOURCE, resolveDir: import.meta.dirname, loader: 'ts' },
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  });
});
afterAll(async () => {
  await rm(directory, { recursive: true });
});

async function start(timeToEnd: number) {
  const child = spawn(process.execPath, [program, String(timeToEnd)]);
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const ended = once(child, 'close') as Promise<[number | null]>;
  await once(child.stdout, 'data');
  const begin = performance.now();
  return {
    child,
    /** Resolves when the program has ended. */
    end: async () => {
      const [status] = await ended;
      const lines = errors.split('\n').filter((line) => line !== '');
      return {
        status,
        seconds: (performance.now() - begin) / 1000,
        messages: lines.map((line) => (JSON.parse(line) as { msg: string }).msg),
      };
    },
  };
}

describe('a signal', () => {
  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('%s lets the work end by itself', async (signal, status) => {
    const { child, end } = await start(50);
    child.kill(signal);
    expect(await end()).toMatchObject({ status, messages: ['told to end: finishing'] });
  });

  it('that comes a second time ends the process at once', async () => {
    const { child, end } = await start(60_000);
    child.kill('SIGTERM');
    await once(child.stderr, 'data');
    child.kill('SIGINT');
    const { status, seconds, messages } = await end();
    expect(status).toBe(1);
    expect(seconds).toBeLessThan(0.9);
    expect(messages).toEqual(['told to end: finishing', 'second signal: ending at once']);
  });

  it('ends the process after the grace period if the work does not', async () => {
    const { child, end } = await start(60_000);
    child.kill('SIGTERM');
    const { status, seconds, messages } = await end();
    expect(status).toBe(1);
    expect(seconds).toBeGreaterThan(0.9);
    expect(messages.at(-1)).toBe('not finished in time: ending');
  });
});
