import { setTimeout as sleep } from 'node:timers/promises';
import { DEFAULT_NAMESPACE, STATE_LABEL } from '../src/contract/keys.ts';
import { story } from '../src/invariants/index.ts';
import { OLD_VERSION, patchCommand } from './cluster/policy.ts';
import { outcomeOf } from './show.ts';
import type { Cast } from './stage.ts';
import { shortSummary, type Outcome } from './summary.ts';
import { isAtRest } from './view/fleet.ts';
import { standing } from './view/standing.ts';
import { hanging, type Paint } from './view/text.ts';

const LOOK_MS = 100;

/** How to look around in what still runs. */
export function lookAround({ cluster, options, display, witness, plan, operator }: Cast): readonly string[] {
  const [failed] = witness.log.failed;
  const notes = [
    ...(failed === undefined ? [] : [`${failed} is one that had failed: its Events tell how it went.`]),
    `The cluster's clock goes ${options.speed} times as fast as yours, and is ahead of it. "get" tells ages by the cluster's clock; ` +
      '"describe" by yours, so that what is of its future has the age <invalid>.',
    'What the operator does is told here. The checks cannot tell everything that you do by hand from what it does.',
    'Ctrl-C ends everything and throws it away.',
  ];
  return [
    '',
    ' The cluster and the operator still run. In another terminal, with kubectl:',
    '',
    `   alias k='kubectl --kubeconfig ${cluster.kubeconfig}'`,
    '   k get ncp',
    `   k get nodes -L ${STATE_LABEL}`,
    `   k describe node ${failed ?? plan.held}`,
    `   k get pods -n ${DEFAULT_NAMESPACE} -o wide`,
    `   tail -f ${cluster.directory}/operator.log`,
    '',
    ` The dashboard: ${operator.dashboard}`,
    '',
    ' Another upgrade, back to the version before:',
    '',
    ...patchCommand('k', OLD_VERSION),
    '',
    ...notes.flatMap((note) => hanging(' ', note, display.width)),
  ];
}

/**
 * Tells of every upgrade that begins, as of the first one, until the signal aborts.
 *
 * @throws Error if the operator ends
 */
export async function tellUntil(cast: Cast, paint: Paint, signal: AbortSignal): Promise<void> {
  const { witness, operator } = cast;
  let usage = await operator.usage();
  for (;;) {
    const { log } = witness;
    const { duration } = log;
    const before = await operator.usage();
    if (!(await watch(cast, signal, () => !witness.snapshot().nodes.every(isAtRest)))) return;
    if (witness.log !== log) usage = before;
    announce(cast, witness.log !== log);
    if (!(await tellOne(cast, signal))) return;
    const outcome = await outcomeOf(cast, usage);
    const isUpgrade = witness.log !== log || log.duration !== duration;
    conclude(cast, outcome, isUpgrade ? shortSummary(outcome, cast.display.width, paint) : []);
  }
}

/** @returns false if the signal has aborted before every node is at rest */
async function tellOne(cast: Cast, signal: AbortSignal): Promise<boolean> {
  const { witness } = cast;
  for (;;) {
    const { log } = witness;
    if (!(await watch(cast, signal, () => witness.log !== log || hasEnded(cast)))) return false;
    if (witness.log === log) return true;
    // Somebody has asked for yet another version in the middle of it.
    announce(cast, true);
  }
}

function hasEnded({ witness, display }: Cast): boolean {
  const snapshot = witness.snapshot();
  display.rollout(snapshot, witness.rollout);
  return snapshot.nodes.every(isAtRest);
}

/** @returns false if the signal has aborted before it came to that */
async function watch({ operator }: Cast, signal: AbortSignal, isReached: () => boolean): Promise<boolean> {
  while (!isReached()) {
    if (!operator.isRunning) throw new Error(`the operator has ended:\n${operator.lastLog()}`);
    await sleep(LOOK_MS);
    if (signal.aborted) return false;
  }
  return true;
}

function announce({ display, witness }: Cast, isAnother: boolean): void {
  const { from, to } = witness.rollout;
  if (isAnother)
    display.scene(
      'Another changed field',
      `The policy asks for ${to} instead of ${from}. All else follows from that.`,
    );
  else display.scene('It goes on', 'Nodes are not as they were left: the operator has work again.');
  display.print('');
}

function conclude({ display }: Cast, { snapshot, report }: Outcome, told: readonly string[]): void {
  display.print('');
  display.done(standing(snapshot));
  if (told.length > 0) display.print('', ...told);
  if (report.violations.length > 0) display.print('', story(report));
}
