import { describe, expect, it } from 'vitest';
import { History } from './testing/history.ts';
import { story, throwOnViolations } from './story.ts';

describe('the ledger', () => {
  it('refuses events that are not in order', () => {
    const { ledger } = new History({ nodes: ['a'] });
    const node = ledger.scene.nodes.get('a')!;
    expect(() => {
      ledger.apply({ rv: 1, time: 0, type: 'changed', object: node });
    }).toThrow('not in order');
  });

  it('blames nobody for what was so before the observation began', () => {
    const history = new History({ nodes: ['a'] });
    const midway = {
      ...history.ledger.scene.nodes.get('a')!,
      name: 'b',
      state: 'drain-required',
      unschedulable: true,
    };
    history.ledger.apply({
      rv: 100,
      time: 0,
      type: 'existing',
      object: { ...midway, state: 'drain-required' },
    });
    expect(history.broken({ end: 'any' })).toEqual([]);
  });
});

describe('the story', () => {
  it('tells what was broken, where, when, and the last ten events of the node', () => {
    const history = new History({ nodes: ['a'] }).pod('web', { nodeName: 'a' });
    const report = history.upgrade('a', 'v2', 'pod-restart-required').deleteDriver('a').finish();
    expect(story(report)).toBe(`1 violations

no-reload-under-load on a at resourceVersion 107, 2026-01-01T00:00:00.070Z:
  the driver pod was deleted under work/web (Running, bound at 101, 60 ms before)
    100  2026-01-01T00:00:00.000Z  first seen: upgrade-done, schedulable
    100  2026-01-01T00:00:00.000Z  driver pod driver-a first seen, Running
    101  2026-01-01T00:00:00.010Z  pod work/web first seen, Running
    102  2026-01-01T00:00:00.020Z  upgrade-done -> upgrade-required
    103  2026-01-01T00:00:00.030Z  upgrade-required -> cordon-required
    104  2026-01-01T00:00:00.040Z  cordon-required -> wait-for-jobs-required, cordoned
    105  2026-01-01T00:00:00.050Z  wait-for-jobs-required -> drain-required
    106  2026-01-01T00:00:00.060Z  drain-required -> pod-restart-required
    107  2026-01-01T00:00:00.070Z  driver pod driver-a deleted`);
    expect(() => {
      throwOnViolations(report);
    }).toThrow('no-reload-under-load on a');
  });
});
