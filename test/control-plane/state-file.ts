import { readFileSync, renameSync, writeFileSync } from 'node:fs';

import type { RunningProcess } from './processes.ts';
import { file } from './programs.ts';

/** What another process needs to know of a control plane in order to use it or to end it. */
export interface ControlPlaneState {
  readonly directory: string;
  readonly server: string;
  readonly startedAt: string;
  readonly processes: readonly RunningProcess[];
}

/** Written as a whole or not at all: a reader may come at any moment. */
export function writeState(state: ControlPlaneState): void {
  const target = file.state(state.directory);
  writeFileSync(`${target}.new`, JSON.stringify(state, null, 2));
  renameSync(`${target}.new`, target);
}

/** @returns undefined if there is no control plane in that directory */
export function readState(directory: string): ControlPlaneState | undefined {
  try {
    return JSON.parse(readFileSync(file.state(directory), 'utf8')) as ControlPlaneState;
  } catch {
    return undefined;
  }
}
