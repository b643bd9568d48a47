import { expect, it } from 'vitest';
import { VirtualClock } from '../../cluster/memory/virtual-clock.ts';
import type { NodeState } from '../../contract/states.ts';
import { StateTimes } from './state-times.ts';

it('The time in a state is told when a node leaves it, if it was seen to enter it', async () => {
  const clock = new VirtualClock();
  const left: (readonly [NodeState, number])[] = [];
  const times = new StateTimes({ clock, onLeft: (...one) => left.push(one) });
  const note = async (state: NodeState | undefined, forSeconds: number): Promise<void> => {
    times.note('a', state);
    await clock.advance(forSeconds * 1000);
  };
  await note('upgrade-required', 5);
  await note('cordon-required', 1);
  await note('drain-required', 3);
  await note('drain-required', 4);
  await note(undefined, 0);
  await note('upgrade-done', 9);
  await note('upgrade-required', 0);
  expect(left).toEqual([['cordon-required', 1]]);
  await note('cordon-required', 0);
  expect(left.at(-1)).toEqual(['upgrade-required', 0]);
});
