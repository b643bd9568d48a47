import { cpus, loadavg, release, totalmem } from 'node:os';
import { KUBERNETES_VERSION } from '../../test/control-plane/versions.ts';

/** Where and on what a figure was taken: without it, it says nothing. */
export interface Machine {
  readonly cpus: number;
  readonly cpuModel: string;
  readonly memoryGibibytes: number;
  readonly kernel: string;
  readonly node: string;
  readonly kubernetes: string;
  /** Processes that wanted to run, on average over the minute before. */
  readonly loadBefore: number;
}

export function thisMachine(): Machine {
  return {
    cpus: cpus().length,
    cpuModel: cpus()[0]?.model.trim() ?? 'unknown',
    memoryGibibytes: Math.round(totalmem() / 1024 ** 3),
    kernel: release(),
    node: process.version,
    kubernetes: KUBERNETES_VERSION,
    loadBefore: Number((loadavg()[0] ?? 0).toFixed(2)),
  };
}

export function describeMachine({
  cpus: count,
  cpuModel,
  memoryGibibytes,
  node,
  loadBefore,
  ...rest
}: Machine): string {
  return `${count} × ${cpuModel}, ${memoryGibibytes} GiB; Linux ${rest.kernel}, Node ${node}, Kubernetes ${rest.kubernetes}; load before ${loadBefore}`;
}
