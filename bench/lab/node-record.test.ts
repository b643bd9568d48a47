import { expect, it } from 'vitest';
import type { UpgradeState } from '../../src/contract/states.ts';
import type { ObservedEvent, SeenNode } from '../../src/invariants/seen.ts';
import { seenNode } from '../../src/invariants/trim.ts';
import { STATE_LABEL } from '../../src/contract/keys.ts';
import { NodeRecord } from './node-record.ts';

/** A watch of nodes that is told what happens. */
class Watch {
  readonly events: ObservedEvent[] = [];
  readonly latest = new Map<string, SeenNode>();
  #time = 0;

  see(
    name: string,
    state: UpgradeState,
    more: { readonly cordoned?: boolean; readonly after?: number } = {},
  ): void {
    const object = seenNode({
      metadata: { name, uid: `uid-of-${name}`, labels: { [STATE_LABEL]: state } },
      spec: more.cordoned === true ? { unschedulable: true } : {},
    });
    this.#time += more.after ?? 0;
    this.events.push({ rv: this.events.length + 1, time: this.#time, type: 'changed', object });
    this.latest.set(object.uid, object);
  }
}

it('counts from where it begins, and as it goes on', () => {
  const watch = new Watch();
  for (const name of ['a', 'b']) watch.see(name, 'upgrade-required');
  watch.see('a', 'cordon-required');
  watch.see('a', 'upgrade-done');
  watch.see('a', 'upgrade-required');
  const record = new NodeRecord(watch, 1);
  expect(record.statistics().nodesDone).toBe(0);

  watch.see('a', 'cordon-required');
  watch.see('a', 'wait-for-jobs-required', { cordoned: true });
  watch.see('a', 'upgrade-done', { after: 3000 });
  expect(record.statistics().nodesDone).toBe(1);

  watch.see('b', 'cordon-required', { after: 20 });
  watch.see('b', 'upgrade-done', { after: 10 });
  const { nodesDone, slotGapSeconds, totalCordonedSeconds } = record.statistics();
  expect(nodesDone).toBe(2);
  expect(slotGapSeconds.median).toBe(0.02);
  expect(totalCordonedSeconds).toBe(3);
});
