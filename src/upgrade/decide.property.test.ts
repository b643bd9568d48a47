import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SAFE_LOAD_ANNOTATION, STATE_LABEL } from '../contract/keys.ts';
import type { UpgradePolicy } from '../contract/upgrade-policy.ts';
import type { Decision, NodeChange } from './actions.ts';
import { decideNode } from './decide.ts';
import { drainVerdict } from './drain-rules.ts';
import { driverCondition } from './driver-condition.ts';
import { keepsCordon } from './human-cordon.ts';
import { decideReleased } from './release.ts';
import { anyPolicy, anyView, viewBeforeReload } from './testing/arbitraries.ts';
import { NOW } from './testing/builders.ts';
import { changeOf, nextState, restarted, said, written } from './testing/outcome.ts';
import { TRANSITIONS } from './testing/transitions.ts';
import { stateOf, type NodeView } from './view.ts';

interface Case {
  readonly view: NodeView;
  readonly policy: UpgradePolicy;
  readonly decision: Decision;
}

/** Checks something of the decision about any node under any policy, granted a slot or not. */
function whateverIsFound(check: (found: Case) => void, nodes = anyView): void {
  fc.assert(
    fc.property(nodes, anyPolicy, fc.boolean(), (view, policy, slotGranted) => {
      check({ view, policy, decision: decideNode(view, { policy, now: NOW }, slotGranted) });
    }),
    { numRuns: 500 },
  );
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const each of Object.values(value)) deepFreeze(each);
    Object.freeze(value);
  }
  return value;
}

describe('whatever is found on a node, a decision', { timeout: 60_000 }, () => {
  it('is made, is the same for the same input, and leaves the input alone', () => {
    fc.assert(
      fc.property(anyView, anyPolicy, fc.boolean(), (view, policy, slotGranted) => {
        const input = deepFreeze({ view, context: { policy, now: NOW } });
        const decision = decideNode(input.view, input.context, slotGranted);
        const again = decideNode(
          structuredClone(view),
          { policy: structuredClone(policy), now: NOW },
          slotGranted,
        );
        expect(again).toEqual(decision);
        deepFreeze(decideReleased(input.view, slotGranted));
      }),
      { numRuns: 500 },
    );
  });

  it('takes a node only where the table of states leads', () => {
    whateverIsFound(({ view, decision }) => {
      const to = nextState(decision);
      if (to === undefined) return;
      const unwanted = driverCondition(view).kind === 'unwanted';
      expect([...TRANSITIONS[stateOf(view)], ...(unwanted ? ['none'] : [])]).toContain(to);
    });
  });

  it('starts an upgrade, or takes the slot of one, only with a slot', () => {
    fc.assert(
      fc.property(anyView, anyPolicy, (view, policy) => {
        const to = nextState(decideNode(view, { policy, now: NOW }, false));
        const rests = ['none', 'upgrade-done', 'upgrade-required', 'upgrade-failed'].includes(stateOf(view));
        if (rests) expect([undefined, 'none', 'upgrade-done', 'upgrade-required']).toContain(to);
      }),
      { numRuns: 500 },
    );
  });

  it('starts no node while the rollout is paused, slot or not, and holds up none that has started', () => {
    whateverIsFound(({ view, policy, decision }) => {
      const context = { policy: { ...policy, paused: !policy.paused }, now: NOW };
      if (stateOf(view) === 'upgrade-required') {
        if (policy.paused) expect(nextState(decision)).not.toBe('cordon-required');
      } else if (!['none', 'upgrade-done', 'upgrade-failed'].includes(stateOf(view))) {
        expect(decideNode(view, context, true)).toEqual(decideNode(view, { policy, now: NOW }, true));
      }
    });
  });

  it('reloads no driver but on a cordoned node that, if it is to be drained, was freshly read to be empty', () => {
    let reloads = 0;
    const check = ({ view, policy: { drain }, decision }: Case): void => {
      const unblocks =
        written(decision, SAFE_LOAD_ANNOTATION) === null && driverCondition(view).kind !== 'ready';
      if (restarted(decision) === undefined && !unblocks) return;
      reloads += 1;
      expect(view.node.unschedulable).toBe(true);
      if (drain === undefined) return;
      const age = NOW - (view.workload?.asOf ?? NaN);
      expect(age).toBeGreaterThanOrEqual(0);
      expect(age).toBeLessThanOrEqual(2000);
      expect(view.workload?.pods.filter((pod) => drainVerdict(pod, drain) !== 'ignore')).toEqual([]);
    };
    whateverIsFound(check);
    whateverIsFound(check, viewBeforeReload);
    expect(reloads).toBeGreaterThan(50);
  });

  it('never uncordons a node that is to be left cordoned, and uncordons only at the end', () => {
    whateverIsFound(({ view, decision }) => {
      if (changeOf(decision)?.unschedulable !== false) return;
      expect(keepsCordon(view)).toBe(false);
      expect(['upgrade-done', 'none']).toContain(nextState(decision));
    });
    fc.assert(
      fc.property(anyView, fc.boolean(), (view, driverWanted) => {
        const unschedulable = changeOf(decideReleased(view, driverWanted))?.unschedulable;
        expect(unschedulable === false && keepsCordon(view)).toBe(false);
        expect(unschedulable).not.toBe(true);
      }),
    );
  });

  it('writes to the node at most once, and never without changing something', () => {
    whateverIsFound(({ view, decision }) => {
      const patches = decision.actions.filter(({ kind }) => kind === 'patch-node');
      expect(patches.length).toBeLessThanOrEqual(1);
      const change = changeOf(decision);
      if (change !== undefined) expect(apply(view, change)).not.toEqual(view);
    });
  });

  it('evicts only pods that the policy drains and that are not on their way already', () => {
    whateverIsFound(({ view, policy, decision }) => {
      for (const action of decision.actions) {
        if (action.kind !== 'evict') continue;
        expect(action.pod.terminating).toBe(false);
        expect(policy.drain && drainVerdict(action.pod, policy.drain)).toBe('evict');
        expect(view.node.unschedulable).toBe(true);
      }
    });
  });

  it('deletes only a driver pod that is known not to be up to date, and is not on its way already', () => {
    whateverIsFound(({ decision }) => {
      for (const action of decision.actions) {
        if (action.kind !== 'restart-driver') continue;
        expect(action.pod.terminating).toBe(false);
        const { orphaned, revision, wantedRevision } = action.pod;
        expect(orphaned || (wantedRevision !== undefined && revision !== wantedRevision)).toBe(true);
      }
    });
  });

  it('that leaves a node as it is has a reason, unless the node is done or nobody’s concern', () => {
    whateverIsFound(({ view, decision }) => {
      if (decision.actions.length > 0 || ['none', 'upgrade-done'].includes(stateOf(view))) return;
      expect(said(decision)).toMatch(/\S/);
    });
  });

  it('that fails a node says why on the node', () => {
    whateverIsFound(({ decision }) => {
      const failed = nextState(decision) === 'upgrade-failed';
      if (failed) expect(written(decision, 'nvidia.com/ofed-driver-upgrade-reason')).toMatch(/^[a-z-]+: \S/);
    });
  });

  it('asks to be woken only later, never at once', () => {
    whateverIsFound(({ decision }) => {
      expect(decision.wakeAt ?? Infinity).toBeGreaterThan(NOW);
    });
  });

  it('does not touch a node of an external maintenance operator', () => {
    whateverIsFound(({ view, decision }) => {
      if (stateOf(view).endsWith('-maintenance-required')) expect(decision.actions).toEqual([]);
    });
  });
});

describe('decision after decision', { timeout: 60_000 }, () => {
  it('writes to a node come to an end while nothing else happens', () => {
    fc.assert(
      fc.property(anyView, anyPolicy, fc.boolean(), (found, policy, slotGranted) => {
        let view = found;
        for (let writes = 0; writes < 25; writes += 1) {
          const change = changeOf(decideNode(view, { policy, now: NOW }, slotGranted));
          if (change === undefined) return;
          view = apply(view, change);
        }
        throw new Error('the writes do not come to an end');
      }),
      { numRuns: 500 },
    );
  });
});

/** A node after a write. */
function apply(view: NodeView, { to, unschedulable, annotations = {} }: NodeChange): NodeView {
  const { node } = view;
  const labels = new Map(Object.entries(node.labels));
  if (to === 'none') labels.delete(STATE_LABEL);
  else if (to !== undefined) labels.set(STATE_LABEL, to);
  const notes = new Map(Object.entries(node.annotations));
  for (const [key, value] of Object.entries(annotations)) {
    if (value === null) notes.delete(key);
    else notes.set(key, value);
  }
  const cordon =
    unschedulable === undefined
      ? {}
      : { unschedulable, cordonedByPerson: false, cordonedByOperator: unschedulable };
  return {
    ...view,
    node: { ...node, ...cordon, labels: Object.fromEntries(labels), annotations: Object.fromEntries(notes) },
  };
}
