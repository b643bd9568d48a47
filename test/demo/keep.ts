import { setTimeout as sleep } from 'node:timers/promises';
import { POLICY_NAME, STATE_LABEL } from '../../src/contract/keys.ts';
import { isOnPath } from '../control-plane/binaries.ts';
import type { ControlPlane } from '../control-plane/index.ts';
import { stepLines } from './plain-lines.ts';
import type { Cast } from './rollout-view.ts';
import { OLD_VERSION } from './surroundings.ts';

const LOOK_MS = 250;

/** How to look around in what still runs. */
export function lookAround({
  adminKubeconfig,
  binaries,
}: Pick<ControlPlane, 'adminKubeconfig' | 'binaries'>) {
  return [
    '',
    ' Everything still runs. In another terminal:',
    '',
    `   export KUBECONFIG=${adminKubeconfig}`,
    ...(isOnPath('kubectl') ? [] : [`   alias kubectl=${binaries.kubectl}`]),
    `   kubectl get nodes -L ${STATE_LABEL}`,
    `   kubectl get nicclusterpolicy ${POLICY_NAME} -o yaml`,
    `   kubectl patch nicclusterpolicy ${POLICY_NAME} --type=merge \\`,
    `     -p '{"spec":{"ofedDriver":{"version":"${OLD_VERSION}"}}}'   # and back`,
    '',
    ' What happens to nodes is told here. Ctrl-C ends everything and throws it away.',
    '',
  ];
}

/** Tells what happens to nodes until the signal aborts. */
export async function tellUntil({ watch, display }: Cast, signal: AbortSignal): Promise<void> {
  const started = performance.now();
  while (!signal.aborted) {
    display.print(...stepLines(watch.takeSteps(), performance.now() - started));
    await sleep(LOOK_MS);
  }
}
