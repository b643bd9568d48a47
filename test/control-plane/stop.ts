import { rmSync } from 'node:fs';

import { endProcesses } from './processes.ts';
import { readState } from './state-file.ts';

/**
 * Ends the control plane in a directory, whoever started it, and removes the directory. Only processes that still are what they were
 * started as are ended.
 *
 * @returns false if there was none
 */
export async function stopControlPlane(directory: string): Promise<boolean> {
  const state = readState(directory);
  if (state === undefined) return false;
  await endProcesses([...state.processes].reverse());
  rmSync(directory, { recursive: true, force: true });
  return true;
}
