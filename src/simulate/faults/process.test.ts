import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../cluster/memory/virtual-clock.ts';
import { Process } from './process.ts';

function setUp() {
  const world = new VirtualClock();
  const process = new Process(world);
  const happened: string[] = [];
  const at = (ms: number, what: string): void => {
    process.clock.after(ms, () => happened.push(what));
  };
  return { world, process, happened, at };
}

describe('A process', () => {
  it('that is killed does nothing any more', async () => {
    const { world, process, happened, at } = setUp();
    at(10, 'before');
    at(30, 'after');
    world.after(20, () => {
      process.kill();
    });
    await world.advance(100);
    expect(happened).toEqual(['before']);
  });

  it('that stands still catches up when it wakes, in order', async () => {
    const { world, process, happened, at } = setUp();
    at(10, 'first');
    at(20, 'second');
    process.pause(50);
    await world.advance(49);
    expect(happened).toEqual([]);
    await world.advance(1);
    expect(happened).toEqual(['first', 'second']);
  });

  it('sees the time of its own wall clock, and the world’s monotonic one', async () => {
    const { world, process } = setUp();
    process.jump(60_000);
    await world.advance(1_000);
    expect(process.clock.now() - world.now()).toBe(60_000);
    expect(process.clock.monotonic()).toBe(world.monotonic());
  });

  it('does not fire a timer that was cancelled while it stood still', async () => {
    const { world, process, happened } = setUp();
    const cancel = process.clock.after(10, () => happened.push('never'));
    process.pause(50);
    world.after(20, cancel);
    await world.advance(100);
    expect(happened).toEqual([]);
  });
});
