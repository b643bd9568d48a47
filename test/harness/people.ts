import { execFile } from 'node:child_process';
import { dirname, delimiter } from 'node:path';
import { DEFAULT_NAMESPACE, DRIVER_LABEL, SAFE_LOAD_ANNOTATION } from '../../src/contract/keys.ts';
import type { ControlPlane } from '../control-plane/index.ts';
import type { OutsideDeed } from '../../src/invariants/index.ts';
import type { Observer } from '../observer/index.ts';

/** What administrators do to nodes, by the command lines that the documentation tells them. */
export interface People {
  cordon(node: string): Promise<void>;
  uncordon(node: string): Promise<void>;
  /** `kubectl drain NODE --ignore-daemonsets` and what else is asked for. */
  drain(node: string, ...options: readonly string[]): Promise<void>;
  /** Deletes the driver pod on a node, by the documentation's own command line. */
  deleteDriverPod(node: string): Promise<void>;
  /** Lets the driver load on a node. */
  removeSafeLoad(node: string): Promise<void>;
  /** `KEY=VALUE`, or `KEY-` to take it away. */
  annotate(node: string, ...changes: readonly string[]): Promise<void>;
  /** `KEY=VALUE`, or `KEY-` to take it away. */
  label(node: string, ...changes: readonly string[]): Promise<void>;
  /** Runs a command line with `kubectl` on its path, as an administrator. */
  shell(command: string): Promise<string>;
}

/** People with an administrator's rights. Told of an observer, they announce to it what the operator is not to be blamed for. */
export function people(controlPlane: ControlPlane, observer?: Observer): People {
  const shell = (command: string): Promise<string> => run(controlPlane, command);
  const announced = async (deed: OutsideDeed, node: string, command: string): Promise<void> => {
    const over = observer?.expectOutside(deed, node);
    try {
      await shell(command);
    } finally {
      over?.();
    }
  };
  const plain = async (command: string): Promise<void> => {
    await shell(command);
  };
  return {
    cordon: (node) => plain(`kubectl cordon ${node}`),
    uncordon: (node) => announced('uncordon', node, `kubectl uncordon ${node}`),
    drain: (node, ...options) => plain(['kubectl drain', node, '--ignore-daemonsets', ...options].join(' ')),
    deleteDriverPod: (node) => announced('driver-pod-deletion', node, deleteDriverPodCommand(node)),
    removeSafeLoad: (node) =>
      announced('safe-load-removal', node, `kubectl annotate node ${node} ${SAFE_LOAD_ANNOTATION}-`),
    annotate: (node, ...changes) => plain(`kubectl annotate --overwrite node ${node} ${changes.join(' ')}`),
    label: (node, ...changes) =>
      announced('state-change', node, `kubectl label --overwrite node ${node} ${changes.join(' ')}`),
    shell,
  };
}

/** Deletes a driver pod by name, when its new version does not start. */
export function deletePodCommand(pod: string, namespace = DEFAULT_NAMESPACE): string {
  return `kubectl delete pod -n ${namespace} ${pod}`;
}

/** The documentation's line for deleting the driver pod on a node. */
export function deleteDriverPodCommand(node: string): string {
  const list = `kubectl get -A pods --field-selector spec.nodeName=${node} -l ${DRIVER_LABEL} --no-headers`;
  return `kubectl delete pod -n \`${list} | awk '{print $1" "$2}'\``;
}

function run({ binaries, adminKubeconfig }: ControlPlane, command: string): Promise<string> {
  const env = {
    ...process.env,
    PATH: [dirname(binaries.kubectl), process.env['PATH'] ?? ''].join(delimiter),
    KUBECONFIG: adminKubeconfig,
  };
  return new Promise((resolve, reject) => {
    execFile('sh', ['-c', command], { env, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${command}\n${stderr.trim() || error.message}`, { cause: error }));
    });
  });
}
