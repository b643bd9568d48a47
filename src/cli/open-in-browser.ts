import { spawn } from 'node:child_process';

type Environment = Readonly<Record<string, string | undefined>>;

/** The program that opens an address in whatever browser people have; undefined: there is nowhere to show one. */
export function openerFor(platform: NodeJS.Platform, env: Environment): string | undefined {
  if (platform === 'darwin') return 'open';
  if (platform !== 'linux') return undefined;
  return (env['DISPLAY'] ?? env['WAYLAND_DISPLAY'] ?? '') === '' ? undefined : 'xdg-open';
}

/** @returns whether there is something to open it with; that it opens, nobody can tell */
export function openInBrowser(url: string): boolean {
  const opener = openerFor(process.platform, process.env);
  if (opener === undefined) return false;
  const child = spawn(opener, [url], { stdio: 'ignore', detached: true });
  // It may not be installed after all: the address has been printed.
  child.on('error', () => undefined);
  child.unref();
  return true;
}
