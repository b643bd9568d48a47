import { readFile } from 'node:fs/promises';
import type { Clock } from '../clock.ts';
import { ConnectionError, type Connection } from './connection.ts';
import { Kept } from './kept.ts';

/** Authorization by the token in a file, which somebody replaces from time to time. */
export function tokenFileAuthorization(path: string, clock: Clock): Connection['authorization'] {
  const token = new Kept(() => readToken(path), clock);
  return async (fresh) => `Bearer ${await token.read(fresh)}`;
}

async function readToken(path: string): Promise<string> {
  const token = await readFile(path, 'utf8').catch(() => '');
  if (token.trim() === '') throw new ConnectionError(`The token file ${path} cannot be read or is empty`);
  return token.trim();
}
