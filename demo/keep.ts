import { setTimeout as sleep } from 'node:timers/promises';
import { DEFAULT_NAMESPACE, POLICY_NAME, STATE_LABEL } from '../src/contract/keys.ts';
import { OLD_VERSION, patchCommand } from './cluster/policy.ts';
import type { Cast } from './stage.ts';
import { stepLines } from './view/plain-lines.ts';
import { hanging } from './view/text.ts';

const LOOK_MS = 250;

/** How to look around in what still runs. */
export function lookAround({ cluster, options, display }: Cast): readonly string[] {
  const notes =
    `Ages are the cluster's, whose time goes ${options.speed} times as fast. What happens to nodes is told here. ` +
    'Ctrl-C ends everything and throws it away.';
  return [
    '',
    ' The cluster and the operator still run. In another terminal, with kubectl:',
    '',
    `   alias k='kubectl --kubeconfig ${cluster.kubeconfig}'`,
    `   k get nodes -L ${STATE_LABEL}`,
    `   k get nicclusterpolicy ${POLICY_NAME} -o yaml`,
    `   k get pods -n ${DEFAULT_NAMESPACE} -o wide`,
    `   tail -f ${cluster.directory}/operator.log`,
    '',
    ' Another upgrade, back to the version before:',
    '',
    ...patchCommand('k', OLD_VERSION),
    '',
    ...hanging(' ', notes, display.width),
    '',
  ];
}

/** Tells what happens to nodes until the signal aborts. */
export async function tellUntil({ witness, display }: Cast, signal: AbortSignal): Promise<void> {
  const started = performance.now();
  witness.takeSteps();
  while (!signal.aborted) {
    display.print(...stepLines(witness.takeSteps(), performance.now() - started));
    await sleep(LOOK_MS);
  }
}
