import { makeApi } from '../../cluster/memory/api/testing/api.ts';
import type { ApiServer, RawObject, ResourceName, WriteOptions } from '../../cluster/memory/api/types.ts';
import { createMemoryCluster } from '../../cluster/memory/memory-cluster.ts';
import { startMachines, type Machines } from '../../cluster/memory/machines/index.ts';
import type { VirtualClock } from '../../cluster/memory/virtual-clock.ts';
import { renderCrd } from '../../contract/crd.ts';
import { DRIVER_LABEL, FIELD_MANAGER } from '../../contract/keys.ts';
import { lookUp, type ApiObject, type ObjectRef } from '../../kubernetes/objects.ts';
import { NAMESPACE } from './builders.ts';
import { RecordingCluster } from './recording-cluster.ts';

const BY_OTHERS: WriteOptions = { fieldManager: 'others' };
const STATUS_BY_OTHERS: WriteOptions = { ...BY_OTHERS, subresource: 'status' };

const NAMESPACES: ResourceName = { group: '', plural: 'namespaces' };
const DEFINITIONS: ResourceName = { group: 'apiextensions.k8s.io', plural: 'customresourcedefinitions' };
const CRD = renderCrd();

/** How long pods take, in milliseconds. */
export interface PodTimes {
  /** A driver, until it is Ready. */
  readonly driverStart: number;
  readonly driverStop: number;
  readonly podStop: number;
}

/**
 * The embedded cluster with what an operator finds where it is installed, on a clock that stands still; the operator's way to it; and
 * what others do in it. Nobody is at work in it until {@link TestCluster.start}.
 */
export class TestCluster {
  readonly clock: VirtualClock;
  readonly api: ApiServer;
  /** The operator's way to the cluster. */
  readonly wire: RecordingCluster;

  /** @param random makes UIDs and generated names; one for large clusters, where the default has too few */
  constructor(random?: () => number) {
    const { api, clock } = makeApi(random);
    this.api = api;
    this.clock = clock;
    this.wire = new RecordingCluster(createMemoryCluster({ api, fieldManager: FIELD_MANAGER }));
    this.create(DEFINITIONS, CRD);
    this.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } });
  }

  /** Sets controllers, scheduler and kubelets to work: a controller hears of a change 10 ms later, the others at once. */
  start({ driverStart, driverStop, podStop }: PodTimes): Machines {
    return startMachines({
      api: this.api,
      random: () => 0.5,
      delays: { controller: 10, scheduling: 0, binding: 0, kubelet: 0 },
      behaviourOf: ({ metadata }) =>
        lookUp(metadata.labels, DRIVER_LABEL) === undefined
          ? { stopTime: podStop }
          : { startTime: driverStart, stopTime: driverStop },
    });
  }

  /** Somebody else makes an object like this one, status and all; UID and version are the API server's. */
  create(resource: ResourceName, object: ApiObject & { readonly status?: unknown }): RawObject {
    const { uid, resourceVersion, ...metadata } = object.metadata;
    const made = this.api.create(resource, { ...object, metadata }, BY_OTHERS);
    const { status } = object;
    return status === undefined ? made : this.changeStatus(resource, metadata, status);
  }

  /** Somebody else writes to an object. @param body a merge patch */
  change(resource: ResourceName, ref: ObjectRef, body: object): RawObject {
    return this.api.patch(resource, ref, { type: 'merge', body }, BY_OTHERS);
  }

  /** Somebody else writes to the status of an object. @param status a merge patch */
  changeStatus(resource: ResourceName, ref: ObjectRef, status: unknown): RawObject {
    return this.api.patch(resource, ref, { type: 'merge', body: { status } }, STATUS_BY_OTHERS);
  }

  /** An object is gone at once. */
  remove(resource: ResourceName, ref: ObjectRef): void {
    this.api.delete(resource, ref, { gracePeriodSeconds: 0 });
  }
}
