import type { ActionOptions } from '../act/intent.ts';
import { pause } from '../act/policy-intents.ts';
import type { AddCommand } from '../session.ts';
import { actionCommand, runAction } from './actions.ts';

/** `kubectl ofed pause` and `resume`. */
export const addPause: AddCommand = (program, run) => {
  const command = actionCommand(program, 'pause')
    .summary('start no new node; those in progress finish')
    .description(
      'Pauses the rollout: no new node is started, and those in progress finish. Nothing is undone, and nothing is lost: "kubectl ofed resume" goes on where it stopped. It sets spec.ofedDriver.upgradePolicy.paused; where the policy comes from a repository, that has to say so, too.',
    );
  command.action(async (options: ActionOptions) => {
    await runAction(
      { command, run, options },
      (seen) => [pause(seen, true)],
      'the rollout is paused already',
    );
  });
};

export const addResume: AddCommand = (program, run) => {
  const command = actionCommand(program, 'resume')
    .summary('go on with a rollout that is paused')
    .description('Goes on with a rollout that "kubectl ofed pause" has paused.');
  command.action(async (options: ActionOptions) => {
    await runAction({ command, run, options }, (seen) => [pause(seen, false)], 'the rollout is not paused');
  });
};
