import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyJsonPatch } from '../../cluster/memory/api/json-patch.ts';
import type { RawObject } from '../../cluster/memory/api/types.ts';
import {
  FENCE_ANNOTATION,
  MOFED_WAIT_LABEL,
  REASON_ANNOTATION,
  SAFE_LOAD_ANNOTATION,
  STATE_LABEL,
} from '../../contract/keys.ts';
import { UPGRADE_STATES } from '../../contract/states.ts';
import type { NodeChange } from '../../upgrade/actions.ts';
import { nodes, type StoredNode } from '../resources/nodes.ts';
import { aRawNode, aStoredNode } from '../testing/builders.ts';
import { nodePatch, type LabelChanges } from './node-patch.ts';

const STATE_PATH = '/metadata/labels/nvidia.com~1ofed-driver-upgrade-state';
const REASON_PATH = '/metadata/annotations/nvidia.com~1ofed-driver-upgrade-reason';
const FENCE_PATH = '/metadata/annotations/nvidia.com~1ofed-driver-upgrade.fence';
const NO_FENCE = { op: 'test', path: FENCE_PATH, value: null } as const;
const SAFE_LOAD_PATH = '/metadata/annotations/nvidia.com~1ofed-driver-upgrade.driver-wait-for-safe-load';
const NOBODY_WAITS = { op: 'test', path: SAFE_LOAD_PATH, value: null } as const;
const SCHEDULABLE = { op: 'test', path: '/spec/unschedulable', value: null } as const;
const UID = { op: 'test', path: '/metadata/uid', value: 'uid-of-node-1' } as const;

describe('A patch of a node', () => {
  it('is made on the condition that the node is the same object in the same state', () => {
    const node = aStoredNode({ state: 'cordon-required' });
    expect(nodePatch(node, { to: 'wait-for-jobs-required' })).toEqual([
      UID,
      { op: 'test', path: STATE_PATH, value: 'cordon-required' },
      NO_FENCE,
      NOBODY_WAITS,
      SCHEDULABLE,
      { op: 'add', path: STATE_PATH, value: 'wait-for-jobs-required' },
    ]);
  });

  it('has as its condition that there is no state where none was seen', () => {
    expect(nodePatch(aStoredNode(), { to: 'upgrade-required' })).toContainEqual({
      op: 'test',
      path: STATE_PATH,
      value: null,
    });
  });

  it('tests a state that nobody knows for what it is, not for none', () => {
    const node = aStoredNode({ state: 'of-another-age' });
    expect(nodePatch(node, { to: 'upgrade-done' })).toContainEqual({
      op: 'test',
      path: STATE_PATH,
      value: 'of-another-age',
    });
  });

  it('takes the state away where the new one is none', () => {
    const node = aStoredNode({ state: 'upgrade-done' });
    expect(nodePatch(node, { to: 'none' })).toContainEqual({ op: 'remove', path: STATE_PATH });
  });

  it('tests the state, too, where it leaves it as it is', () => {
    const node = aStoredNode({ state: 'drain-required' });
    expect(nodePatch(node, { annotations: { [REASON_ANNOTATION]: 'slot: …' } })).toEqual([
      UID,
      { op: 'test', path: STATE_PATH, value: 'drain-required' },
      NO_FENCE,
      { op: 'add', path: REASON_PATH, value: 'slot: …' },
    ]);
  });

  it('leaves out the removal of what is not there, for which the whole patch would be refused', () => {
    expect(
      nodePatch(
        aStoredNode(),
        { to: 'none', annotations: { [REASON_ANNOTATION]: null } },
        { [MOFED_WAIT_LABEL]: null },
      ),
    ).toEqual([UID, { op: 'test', path: STATE_PATH, value: null }, NO_FENCE, NOBODY_WAITS, SCHEDULABLE]);
  });

  it('steps to another state only if no driver has begun to wait for safe load meanwhile, or ceased to', () => {
    const waits = { op: 'test', path: SAFE_LOAD_PATH, value: 'true' } as const;
    const node = aStoredNode({ annotations: { [SAFE_LOAD_ANNOTATION]: 'true' } });
    expect(nodePatch(node, { to: 'upgrade-required' })).toContainEqual(waits);
    expect(nodePatch(aStoredNode(), { to: 'upgrade-required' })).toContainEqual(NOBODY_WAITS);
    expect(nodePatch(node, { unschedulable: true })).not.toContainEqual(waits);
  });

  it('steps to another state only if nobody has cordoned or uncordoned the node meanwhile', () => {
    const cordoned = aStoredNode({ state: 'cordon-required', cordoned: true });
    expect(nodePatch(cordoned, { to: 'wait-for-jobs-required' })).toContainEqual({
      op: 'test',
      path: '/spec/unschedulable',
      value: true,
    });
    expect(nodePatch(cordoned, {})).not.toContainEqual(
      expect.objectContaining({ path: '/spec/unschedulable' }),
    );
  });

  it('takes along labels that have nothing to do with the upgrade', () => {
    const node = aStoredNode({ state: 'upgrade-done', labels: { [MOFED_WAIT_LABEL]: 'false' } });
    expect(nodePatch(node, {}, { [MOFED_WAIT_LABEL]: 'true' })).toContainEqual({
      op: 'add',
      path: '/metadata/labels/network.nvidia.com~1operator.mofed.wait',
      value: 'true',
    });
  });

  it('escapes what has a meaning in a path', () => {
    const node = aStoredNode();
    expect(nodePatch(node, {}, { 'a~b/c~1d': 'x' })).toContainEqual({
      op: 'add',
      path: '/metadata/labels/a~0b~1c~01d',
      value: 'x',
    });
  });
});

describe('A write after which there is no way back', () => {
  const node = aStoredNode({ state: 'upgrade-required', resourceVersion: '17' });
  const version = { op: 'test', path: '/metadata/resourceVersion', value: '17' } as const;

  it.each([
    ['takes a slot', node, { to: 'cordon-required' }],
    [
      'takes a slot to come back from a failure',
      aStoredNode({ state: 'upgrade-failed', resourceVersion: '17' }),
      { to: 'uncordon-required' },
    ],
    [
      'uncordons a node, which somebody may have cordoned anew',
      aStoredNode({ state: 'uncordon-required', cordoned: true, resourceVersion: '17' }),
      { to: 'upgrade-done', unschedulable: false },
    ],
    [
      'lets a driver load',
      aStoredNode({ state: 'pod-restart-required', resourceVersion: '17' }),
      { annotations: { [SAFE_LOAD_ANNOTATION]: null } },
    ],
  ] as const)('is made on the very version that was decided on: one that %s', (_, before, change) => {
    expect(nodePatch(before, change)).toContainEqual(version);
  });

  it('is no other than these: whoever else writes the node is not in the way', () => {
    for (const to of ['upgrade-done', 'none'] as const)
      expect(nodePatch(node, { to })).not.toContainEqual(version);
    const draining = aStoredNode({ state: 'drain-required', resourceVersion: '17' });
    expect(nodePatch(draining, { to: 'pod-restart-required' })).not.toContainEqual(version);
  });
});

describe('A patch of spec.unschedulable', () => {
  it('cordons a node only if nobody has done so meanwhile', () => {
    expect(nodePatch(aStoredNode(), { unschedulable: true }).slice(3)).toEqual([
      { op: 'test', path: '/spec/unschedulable', value: null },
      { op: 'add', path: '/spec/unschedulable', value: true },
    ]);
  });

  it('uncordons a node only if it is still cordoned', () => {
    expect(nodePatch(aStoredNode({ cordoned: true }), { unschedulable: false }).slice(4)).toEqual([
      { op: 'test', path: '/spec/unschedulable', value: true },
      { op: 'remove', path: '/spec/unschedulable' },
    ]);
  });

  it('is not made, and not tested, where the change is neither about it nor a step', () => {
    const annotations = { [REASON_ANNOTATION]: 'slot: …' };
    const paths = nodePatch(aStoredNode({ cordoned: true }), { annotations }).map(({ path }) => path);
    expect(paths).not.toContain('/spec/unschedulable');
  });
});

describe('A node without a map of labels or annotations', () => {
  const bare = aStoredNode({ bare: true });

  it('gets one, on the condition that it still has none', () => {
    expect(nodePatch(bare, { to: 'upgrade-required', annotations: { [REASON_ANNOTATION]: 'x' } })).toEqual([
      UID,
      SCHEDULABLE,
      { op: 'test', path: '/metadata/labels', value: null },
      { op: 'add', path: '/metadata/labels', value: {} },
      { op: 'add', path: STATE_PATH, value: 'upgrade-required' },
      { op: 'test', path: '/metadata/annotations', value: null },
      { op: 'add', path: '/metadata/annotations', value: {} },
      { op: 'add', path: REASON_PATH, value: 'x' },
    ]);
  });

  it('gets none where nothing is put into it', () => {
    expect(nodePatch(bare, { annotations: { [REASON_ANNOTATION]: null } })).toEqual([UID]);
  });
});

const text = fc.stringMatching(/^[a-z0-9~/.-]{1,12}$/);
const state = fc.constantFrom(...UPGRADE_STATES);

const anyNode: fc.Arbitrary<RawObject> = fc
  .record({
    state: fc.option(state, { nil: undefined }),
    wait: fc.option(fc.constantFrom('true', 'false'), { nil: undefined }),
    reason: fc.option(text, { nil: undefined }),
    cordoned: fc.boolean(),
    bare: fc.boolean(),
  })
  .map(({ state: label, wait, reason, cordoned, bare }) =>
    aRawNode({
      ...(label === undefined ? {} : { state: label }),
      labels: wait === undefined ? {} : { [MOFED_WAIT_LABEL]: wait },
      annotations: reason === undefined ? {} : { [REASON_ANNOTATION]: reason },
      cordoned,
      bare,
    }),
  );

const anyChange: fc.Arbitrary<{ change: NodeChange; labels: LabelChanges }> = fc.record({
  change: fc.record(
    {
      to: fc.oneof(state, fc.constant('none' as const)),
      unschedulable: fc.boolean(),
      annotations: fc.dictionary(fc.oneof(text, fc.constant(REASON_ANNOTATION)), fc.option(text)),
    },
    { requiredKeys: [] },
  ),
  labels: fc.dictionary(fc.oneof(text, fc.constant(MOFED_WAIT_LABEL)), fc.option(text)),
});

type Labelled = Readonly<Record<string, string>> | undefined;

/** What a node should be after a change, said in the simplest way. */
function expected(raw: RawObject, change: NodeChange, labels: LabelChanges): unknown {
  const to = change.to === undefined ? {} : { [STATE_LABEL]: change.to === 'none' ? null : change.to };
  return {
    labels: changed(raw.metadata.labels, { ...labels, ...to }),
    annotations: changed(raw.metadata.annotations, change.annotations ?? {}),
    spec:
      change.unschedulable === undefined ? raw['spec'] : change.unschedulable ? { unschedulable: true } : {},
  };
}

function changed(before: Labelled, changes: LabelChanges): Labelled {
  const entries = new Map(Object.entries(before ?? {}));
  for (const [key, value] of Object.entries(changes)) {
    if (value === null) entries.delete(key);
    else entries.set(key, value);
  }
  return before === undefined && entries.size === 0 ? undefined : Object.fromEntries(entries);
}

/** The change wishes for something other than what is: nobody cordons a cordoned node. */
function isChange(node: StoredNode, { unschedulable }: NodeChange): boolean {
  return unschedulable === undefined || unschedulable !== node.unschedulable;
}

describe('Whatever the node and the change', () => {
  it('the patch makes that change, and no other', () => {
    fc.assert(
      fc.property(anyNode, anyChange, (raw, { change, labels }) => {
        const node = nodes.trim(raw);
        fc.pre(isChange(node, change));
        const { metadata, spec } = applyJsonPatch(raw, nodePatch(node, change, labels));
        expect({ labels: metadata.labels, annotations: metadata.annotations, spec }).toEqual(
          expected(raw, change, labels),
        );
      }),
    );
  });

  it('the patch is refused by a node in another state or in other hands, and by another node of the same name', () => {
    const others = {
      uid: () => ({ uid: 'another' }),
      state: ({ metadata }: RawObject) => ({
        labels: { ...metadata.labels, [STATE_LABEL]: 'changed-meanwhile' },
      }),
      hands: ({ metadata }: RawObject) => ({
        annotations: { ...metadata.annotations, [FENCE_ANNOTATION]: 'another/1.1' },
      }),
    };
    fc.assert(
      fc.property(
        anyNode,
        anyChange,
        fc.constantFrom('uid', 'state', 'hands'),
        (raw, { change, labels }, what) => {
          const node = nodes.trim(raw);
          fc.pre(isChange(node, change) && (what === 'uid' || raw.metadata.labels !== undefined));
          const other = { ...raw, metadata: { ...raw.metadata, ...others[what](raw) } };
          expect(() => applyJsonPatch(other, nodePatch(node, change, labels))).toThrow(
            'the server rejected our request',
          );
        },
      ),
    );
  });

  it('the patch is refused by a node that somebody has cordoned or uncordoned meanwhile, if it is about that', () => {
    fc.assert(
      fc.property(anyNode, anyChange, (raw, { change, labels }) => {
        const node = nodes.trim(raw);
        fc.pre(change.unschedulable !== undefined && isChange(node, change));
        const other = { ...raw, spec: node.unschedulable ? {} : { unschedulable: true } };
        expect(() => applyJsonPatch(other, nodePatch(node, change, labels))).toThrow(
          'the server rejected our request',
        );
      }),
    );
  });
});
