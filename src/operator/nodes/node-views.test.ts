import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { settled } from '../../cluster/memory/virtual-clock.ts';
import { KERNEL_LABEL, NIC_PRESENT_LABEL } from '../../contract/keys.ts';
import { controllerRevisions, type StoredDaemonSet } from '../resources/daemonsets.ts';
import { workloadPods } from '../resources/workload-pods.ts';
import type { StoredDriverPod } from '../resources/driver-pods.ts';
import {
  aRawPod,
  aRawRevision,
  aStoredDaemonSet,
  aStoredDriverPod,
  aStoredNode,
  NAMESPACE,
} from '../testing/builders.ts';
import { TestCluster } from '../testing/test-cluster.ts';
import { RecordedLog } from '../testing/recorders.ts';
import { DriverPodIndex } from './driver-pod-index.ts';
import { NodeViews } from './node-views.ts';
import { Revisions } from './revisions.ts';
import { Workloads } from './workloads.ts';

let cluster: TestCluster;
let daemonSets: StoredDaemonSet[];
let driverPods: DriverPodIndex;
let revisions: Revisions;
let workloads: Workloads;
let stop: AbortController;
let views: NodeViews;

beforeEach(() => {
  cluster = new TestCluster();
  daemonSets = [];
  driverPods = new DriverPodIndex();
  stop = new AbortController();
  const world = { cluster: cluster.wire, clock: cluster.clock, signal: stop.signal, log: new RecordedLog() };
  const live = { values: () => daemonSets };
  revisions = new Revisions({
    ...world,
    daemonSets: live,
    isUnanswered: () => false,
    onKnown: () => undefined,
  });
  workloads = new Workloads({ ...world, random: () => 0, onChange: () => undefined });
  views = new NodeViews({ daemonSets: live, driverPods, revisions, workloads });
});

afterEach(() => {
  stop.abort();
});

/** A DaemonSet is there, and this is its newest revision. */
async function daemonSet(hash: string, spec: Parameters<typeof aStoredDaemonSet>[0] = {}): Promise<void> {
  const made = aStoredDaemonSet(spec);
  cluster.create(controllerRevisions, aRawRevision(made.uid, 1, hash));
  daemonSets.push(made);
  revisions.see(made);
  await settled();
}

function pod(after: StoredDriverPod): void {
  driverPods.apply({ key: after.name, before: undefined, after });
}

const withKernel = (kernel: string) => ({ [NIC_PRESENT_LABEL]: 'true', [KERNEL_LABEL]: kernel });

describe('The driver on a node', () => {
  it('is not expected where no DaemonSet selects the node', async () => {
    await daemonSet('aaa', { nodeSelector: withKernel('6.8') });
    const { driver } = views.of(aStoredNode({ labels: { [KERNEL_LABEL]: '5.15' } }));
    expect(driver).toEqual({ expected: false, wantedRevision: undefined, pods: [] });
  });

  it('should be of the newest revision of the DaemonSet that selects the node', async () => {
    await daemonSet('aaa', { name: 'a', uid: 'a', nodeSelector: withKernel('5.15') });
    await daemonSet('bbb', { name: 'b', uid: 'b', nodeSelector: withKernel('6.8') });
    const { driver } = views.of(aStoredNode({ labels: { [KERNEL_LABEL]: '6.8' } }));
    expect(driver).toMatchObject({ expected: true, wantedRevision: 'bbb' });
  });

  it('should be of nobody knows which revision while the DaemonSet’s controller has not caught up', async () => {
    await daemonSet('aaa', { generation: 2, observedGeneration: 1 });
    expect(views.of(aStoredNode()).driver).toMatchObject({ expected: true, wantedRevision: undefined });
  });

  it('is not expected by a DaemonSet that asks for no NIC: it is none of a driver’s', async () => {
    await daemonSet('aaa', { nodeSelector: {} });
    expect(views.of(aStoredNode()).driver.expected).toBe(false);
  });

  it('is not found by what an object brings along from its prototype', async () => {
    await daemonSet('aaa', { nodeSelector: { [NIC_PRESENT_LABEL]: 'true', constructor: 'x' } });
    expect(views.of(aStoredNode()).driver.expected).toBe(false);
  });
});

describe('A driver pod', () => {
  it('is measured by its own DaemonSet’s newest revision, whoever selects the node by now', async () => {
    await daemonSet('old-kernels', { name: 'a', uid: 'a', nodeSelector: withKernel('5.15') });
    await daemonSet('new-kernels', { name: 'b', uid: 'b', nodeSelector: withKernel('6.8') });
    pod(aStoredDriverPod({ owner: 'a', revision: 'old-kernels', ready: false }));
    const { driver } = views.of(aStoredNode({ labels: { [KERNEL_LABEL]: '6.8' } }));
    expect(driver.wantedRevision).toBe('new-kernels');
    expect(driver.pods).toEqual([
      {
        namespace: NAMESPACE,
        name: 'mofed-1',
        uid: 'uid-of-mofed-1',
        orphaned: false,
        revision: 'old-kernels',
        wantedRevision: 'old-kernels',
        terminating: false,
        ready: false,
        failure: undefined,
        waitsFor: { kind: 'container', container: 'mofed-container', image: 'example.com/image:1', says: '' },
      },
    ]);
  });

  it('is an orphan where no DaemonSet owns it', () => {
    pod({ ...aStoredDriverPod(), daemonSet: undefined });
    expect(views.of(aStoredNode()).driver.pods).toMatchObject([
      { orphaned: true, wantedRevision: undefined },
    ]);
  });

  it('is no orphan, but nobody knows what it should be, where its DaemonSet has not been heard of', () => {
    pod(aStoredDriverPod({ owner: 'unheard-of' }));
    expect(views.of(aStoredNode()).driver.pods).toMatchObject([
      { orphaned: false, wantedRevision: undefined },
    ]);
  });

  it('is on its own node only', () => {
    pod(aStoredDriverPod({ node: 'node-2' }));
    expect(views.of(aStoredNode()).driver.pods).toEqual([]);
  });
});

describe('The other pods on a node', () => {
  it('are part of the view once they have been read', async () => {
    cluster.create(workloadPods, aRawPod({ name: 'a' }));
    expect(views.of(aStoredNode()).workload).toBeUndefined();
    await workloads.read('node-1');
    expect(views.of(aStoredNode()).workload?.pods).toMatchObject([{ name: 'a' }]);
  });
});
