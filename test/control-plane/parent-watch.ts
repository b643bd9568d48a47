import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { Socket } from 'node:net';
import { fileURLToPath, pathToFileURL } from 'node:url';

/**
 * Has the control plane in a directory ended when this process ends, in whatever way: see keeper.ts.
 *
 * @returns what takes the watch away again
 */
export function watchThisProcess(directory: string): { end(): void } {
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const script = fileURLToPath(new URL('keeper.ts', import.meta.url));
  const keeper = spawn(process.execPath, ['--import', tsx, script, directory], {
    // In a group of its own, so that Ctrl-C ends this process and not the one that cleans up after it.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  keeper.unref();
  // The pipe must not keep this process alive either.
  if (keeper.stdin instanceof Socket) keeper.stdin.unref();
  keeper.stdin.on('error', () => undefined);
  return { end: () => keeper.stdin.end() };
}
