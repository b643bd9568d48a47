import { describe, expect, it } from 'vitest';
import { aRawDriverPod, aRawPod } from '../testing/builders.ts';
import type { RawObject } from '../../cluster/memory/api/types.ts';
import { driverPods } from './driver-pods.ts';
import { workloadPods } from './workload-pods.ts';

const minimal = JSON.parse(
  '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p","namespace":"ns"}}',
) as RawObject;

const withSpec = (raw: RawObject, spec: unknown): RawObject => ({ ...raw, spec });

const intendedFor = (...matchFields: readonly unknown[]): unknown => ({
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{}, { matchFields }] },
    },
  },
});
const nameIs = (name: string): unknown => ({ key: 'metadata.name', operator: 'In', values: [name] });

describe('A driver pod as it is kept', () => {
  it('is known by its node, its DaemonSet and its revision', () => {
    const raw = aRawDriverPod({ node: 'node-7', owner: 'ds-7', revision: 'aaa' });
    expect(driverPods.trim(raw)).toMatchObject({
      name: 'mofed-1',
      nodeName: 'node-7',
      daemonSet: 'ds-7',
      revision: 'aaa',
      terminating: false,
      ready: true,
      driverReady: true,
      failure: undefined,
    });
  });

  it('can be made of an object of which nearly everything is missing', () => {
    expect(driverPods.trim(minimal)).toEqual({
      name: 'p',
      namespace: 'ns',
      uid: '',
      resourceVersion: '',
      nodeName: undefined,
      daemonSet: undefined,
      revision: undefined,
      terminating: false,
      ready: false,
      driverReady: false,
      failure: undefined,
      hasAnnotations: false,
    });
  });

  it('is on the node that its DaemonSet made it for, before it is scheduled', () => {
    const spec = intendedFor({ key: 'metadata.namespace', values: ['x'] }, nameIs('node-3'));
    expect(driverPods.trim(withSpec(aRawDriverPod(), spec)).nodeName).toBe('node-3');
  });

  it('is on the node that it was bound to, whatever it was made for', () => {
    const spec = { nodeName: 'node-1', ...(intendedFor(nameIs('node-3')) as object) };
    expect(driverPods.trim(withSpec(aRawDriverPod(), spec)).nodeName).toBe('node-1');
  });

  it.each([
    ['no terms', intendedFor()],
    ['no values', intendedFor({ key: 'metadata.name' })],
    ['another field', intendedFor({ key: 'metadata.uid', values: ['x'] })],
    ['no node affinity', { affinity: {} }],
  ])('is on no node that is known where its affinity names none: %s', (_, spec) => {
    expect(driverPods.trim(withSpec(aRawDriverPod(), spec)).nodeName).toBeUndefined();
  });

  it('is an orphan where its controller is something else, or where it only has an owner', () => {
    const raw = aRawDriverPod();
    const owners = (change: object): RawObject => ({
      ...raw,
      metadata: {
        ...raw.metadata,
        ownerReferences: (raw.metadata.ownerReferences ?? []).map((owner) => ({ ...owner, ...change })),
      },
    });
    expect(driverPods.trim(owners({ kind: 'ReplicaSet' })).daemonSet).toBeUndefined();
    expect(driverPods.trim(owners({ controller: false })).daemonSet).toBeUndefined();
  });

  it('has a driver that is Ready though another container is not', () => {
    const raw = aRawDriverPod();
    const status = {
      conditions: [{ type: 'Ready', status: 'False' }],
      containerStatuses: [
        { name: 'mofed-container', ready: true },
        { name: 'sidecar', ready: false },
      ],
    };
    expect(driverPods.trim({ ...raw, ...{ status } })).toMatchObject({ ready: false, driverReady: true });
  });

  it('is not Ready because another container or another condition is', () => {
    const raw = aRawDriverPod();
    const status = {
      conditions: [{ type: 'Initialized', status: 'True' }],
      containerStatuses: [{ name: 'sidecar', ready: true }],
    };
    expect(driverPods.trim({ ...raw, ...{ status } })).toMatchObject({ ready: false, driverReady: false });
  });

  it('terminates once it has a time of deletion', () => {
    expect(driverPods.trim(aRawDriverPod({ terminating: true })).terminating).toBe(true);
  });
});

describe('Another pod as it is kept', () => {
  it('has all its labels, for selectors may ask for any', () => {
    const labels = JSON.parse('{"app":"db","__proto__":"x","constructor":"y"}') as Record<string, string>;
    expect(workloadPods.trim(aRawPod({ labels })).labels).toEqual(labels);
  });

  it('has what a drain goes by', () => {
    expect(workloadPods.trim(aRawPod())).toMatchObject({
      namespace: 'default',
      phase: 'Running',
      terminating: false,
      controllerKind: 'ReplicaSet',
      mirror: false,
      emptyDir: false,
    });
    expect(workloadPods.trim(aRawPod({ terminating: true })).terminating).toBe(true);
    expect(workloadPods.trim(aRawDriverPod()).ready).toBe(true);
  });

  it('can be made of an object of which nearly everything is missing', () => {
    expect(workloadPods.trim(minimal)).toEqual({
      name: 'p',
      namespace: 'ns',
      uid: '',
      resourceVersion: '',
      labels: {},
      phase: '',
      terminating: false,
      ready: false,
      controllerKind: undefined,
      mirror: false,
      emptyDir: false,
    });
  });

  it('has emptyDir volumes if one of its volumes is, be it with nothing more to say about it', () => {
    const spec = { volumes: [{ configMap: {} }, { emptyDir: {} }] };
    expect(workloadPods.trim(withSpec(aRawPod(), spec)).emptyDir).toBe(true);
    expect(workloadPods.trim(withSpec(aRawPod(), { volumes: [{ configMap: {} }] })).emptyDir).toBe(false);
  });

  it('is a mirror of a static pod if the kubelet has marked it so', () => {
    const raw = aRawPod();
    const annotations = { 'kubernetes.io/config.mirror': '' };
    expect(workloadPods.trim({ ...raw, metadata: { ...raw.metadata, annotations } }).mirror).toBe(true);
  });
});
