import type { Contender } from '../lab/contender.ts';
import { Fleet, type FleetPlan, type Say } from '../lab/fleet.ts';
import { measureRollout, type Measured } from '../lab/measure.ts';
import { prioritize } from '../lab/priority.ts';
import { foreignOperator, floor } from '../lab/processes.ts';
import { ownOperator } from '../lab/operator.ts';

export interface RolloutOptions extends FleetPlan {
  /** The command line of another operator, which is then measured instead of this one. */
  readonly operator?: string;
  /** A folder for CPU profiles of this operator. */
  readonly profile?: string;
  /** Flags of this operator's Node. */
  readonly nodeArgs?: readonly string[];
  /** The priority of both, as `nice` has it; absent: that of everybody. */
  readonly nice?: number;
  /** How often each upgrades the fleet, in turns. */
  readonly rounds: number;
  readonly timeoutMs: number;
}

/** What one contender did in one round. */
export interface Run {
  readonly round: number;
  readonly contender: string;
  readonly measured: Measured;
}

/**
 * Upgrades one and the same fleet by the operator and by the floor, in turns, so that whatever else the machine does meets both.
 *
 * @throws Error if one of them does not come to an end
 */
export async function compareRollouts(options: RolloutOptions, say: Say): Promise<readonly Run[]> {
  const operator =
    options.operator === undefined
      ? ownOperator({ profiles: options.profile, nodeArgs: options.nodeArgs })
      : foreignOperator(options.operator);
  const pair = [operator, floor(options.parallel)];
  const fleet = await Fleet.setUp(options, operator, say);
  try {
    const runs: Run[] = [];
    for (let round = 1; round <= options.rounds; round += 1) {
      for (const contender of round % 2 === 1 ? pair : pair.toReversed()) {
        const what = `round ${round} of ${options.rounds}: ${contender.name}`;
        const measured = await runOf(fleet, contender, {
          ...options,
          say: (text) => {
            say(`${what}: ${text}`);
          },
        });
        runs.push({ round, contender: contender.name, measured });
      }
    }
    return runs;
  } finally {
    await fleet.tearDown();
  }
}

async function runOf(
  fleet: Fleet,
  contender: Contender,
  { say, timeoutMs, nice }: Pick<RolloutOptions, 'timeoutMs' | 'nice'> & { readonly say: Say },
): Promise<Measured> {
  say('starting');
  const running = await contender.start(fleet.controlPlane);
  const restore = nice === undefined ? undefined : prioritize(running.pid, nice);
  try {
    await fleet.calm();
    return await measureRollout(fleet, running, { timeoutMs, onProgress: say });
  } finally {
    restore?.();
    await running.stop();
    await fleet.calm();
  }
}
