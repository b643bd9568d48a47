import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { GlobalOptions } from '../session.ts';
import type { ReadLog } from './bundle.ts';

/** As many lines as say what has been going on, and no more than can be sent to somebody. */
const LINES = 20_000;
const MOST_BYTES = 64 * 1024 * 1024;

/** Reads the logs of pods by kubectl, which is there wherever its plugins are. */
export function readLogByKubectl({ kubeconfig, context }: GlobalOptions): ReadLog {
  const target = [
    ...(kubeconfig === undefined ? [] : ['--kubeconfig', kubeconfig]),
    ...(context === undefined ? [] : ['--context', context]),
  ];
  return async ({ namespace, name }) => {
    const args = ['logs', ...target, '-n', namespace, name, '--all-containers', `--tail=${LINES}`];
    const { stdout } = await promisify(execFile)('kubectl', args, { maxBuffer: MOST_BYTES });
    return stdout;
  };
}
