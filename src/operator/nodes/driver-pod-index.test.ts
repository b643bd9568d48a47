import { beforeEach, describe, expect, it } from 'vitest';
import { keyOf } from '../../cluster/informer.ts';
import type { StoredDriverPod } from '../resources/driver-pods.ts';
import { aStoredDriverPod } from '../testing/builders.ts';
import { DriverPodIndex } from './driver-pod-index.ts';

let index: DriverPodIndex;

beforeEach(() => {
  index = new DriverPodIndex();
});

function apply(before: StoredDriverPod | undefined, after: StoredDriverPod | undefined): readonly string[] {
  return index.apply({ key: keyOf((after ?? before)!), before, after });
}

const namesOn = (node: string): readonly string[] => index.on(node).map(({ name }) => name);
const unscheduled = (pod: StoredDriverPod): StoredDriverPod => ({ ...pod, nodeName: undefined });

describe('The driver pods of a node', () => {
  it('are none where none was heard of', () => {
    expect(index.on('node-1')).toEqual([]);
  });

  it('are those that came and have not gone', () => {
    const one = aStoredDriverPod({ name: 'one', node: 'node-1' });
    const two = aStoredDriverPod({ name: 'two', node: 'node-1' });
    const other = aStoredDriverPod({ name: 'other', node: 'node-2' });
    for (const pod of [one, two, other]) apply(undefined, pod);
    apply(one, undefined);
    expect(namesOn('node-1')).toEqual(['two']);
    expect(namesOn('node-2')).toEqual(['other']);
    apply(two, undefined);
    expect(namesOn('node-1')).toEqual([]);
  });

  it('are as they were last heard of', () => {
    const starting = aStoredDriverPod({ ready: false });
    apply(undefined, starting);
    apply(starting, aStoredDriverPod({ ready: true }));
    expect(index.on('node-1')).toMatchObject([{ ready: true }]);
    expect(namesOn('node-1')).toHaveLength(1);
  });

  it('has the new pod, not the old one, where one of the same name has taken its place', () => {
    const old = aStoredDriverPod({ uid: 'old' });
    apply(undefined, old);
    apply(old, aStoredDriverPod({ uid: 'new' }));
    expect(index.on('node-1').map(({ uid }) => uid)).toEqual(['new']);
  });
});

describe('A change of a driver pod', () => {
  it('concerns the node that it is on', () => {
    expect(apply(undefined, aStoredDriverPod({ node: 'node-7' }))).toEqual(['node-7']);
  });

  it('concerns both nodes where a pod of the same name has come to another one', () => {
    const before = aStoredDriverPod({ uid: 'a', node: 'node-1' });
    apply(undefined, before);
    expect(apply(before, aStoredDriverPod({ uid: 'b', node: 'node-2' }))).toEqual(['node-1', 'node-2']);
    expect(namesOn('node-1')).toEqual([]);
  });

  it('concerns nobody as long as nobody knows its node, and its node from then on', () => {
    const nowhere = unscheduled(aStoredDriverPod());
    expect(apply(undefined, nowhere)).toEqual([]);
    expect(apply(nowhere, aStoredDriverPod({ node: 'node-1' }))).toEqual(['node-1']);
    expect(namesOn('node-1')).toEqual(['mofed-1']);
  });
});

describe('A pod whose deletion was accepted', () => {
  it('terminates from that moment, though the watch has not said so yet', () => {
    apply(undefined, aStoredDriverPod({ uid: 'old' }));
    index.noteDeletion('node-1', 'old');
    expect(index.on('node-1')).toMatchObject([{ uid: 'old', terminating: true }]);
  });

  it('still does when a change comes that was made before the deletion', () => {
    const pod = aStoredDriverPod({ uid: 'old' });
    apply(undefined, pod);
    index.noteDeletion('node-1', 'old');
    apply(pod, aStoredDriverPod({ uid: 'old', ready: false }));
    expect(index.on('node-1')).toMatchObject([{ terminating: true, ready: false }]);
  });

  it('says nothing of the pod that takes its place', () => {
    const old = aStoredDriverPod({ uid: 'old' });
    apply(undefined, old);
    index.noteDeletion('node-1', 'old');
    apply(old, aStoredDriverPod({ uid: 'new' }));
    expect(index.on('node-1')).toMatchObject([{ uid: 'new', terminating: false }]);
  });

  it('is not remembered if it has gone before the word of it came', () => {
    const old = aStoredDriverPod({ uid: 'old' });
    apply(undefined, old);
    apply(old, undefined);
    index.noteDeletion('node-1', 'old');
    // A cluster that was set back to a backup has the same pod again.
    apply(undefined, old);
    expect(index.on('node-1')).toMatchObject([{ terminating: false }]);
  });

  it('is forgotten once it is gone', () => {
    const old = aStoredDriverPod({ uid: 'old' });
    apply(undefined, old);
    index.noteDeletion('node-1', 'old');
    apply(old, undefined);
    apply(undefined, old);
    expect(index.on('node-1')).toMatchObject([{ terminating: false }]);
  });
});
