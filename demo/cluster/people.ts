import type { ApiServer, ResourceName } from '../../src/cluster/memory/api/types.ts';
import { POLICY_NAME } from '../../src/contract/keys.ts';
import type { PolicyStatus } from '../../src/contract/status.ts';
import type { ApiObject } from '../../src/kubernetes/objects.ts';
import { NAMESPACE, type Manifest } from './workloads.ts';

export const NODES: ResourceName = { group: '', plural: 'nodes' };
const NAMESPACES: ResourceName = { group: '', plural: 'namespaces' };
const POLICIES: ResourceName = { group: 'mellanox.com', plural: 'nicclusterpolicies' };

/** What people do to the cluster, and look up there, as with kubectl. */
export class People {
  readonly #api: ApiServer;

  constructor(api: ApiServer) {
    this.#api = api;
  }

  createNamespace(name: string): void {
    this.create({
      resource: NAMESPACES,
      object: { apiVersion: 'v1', kind: 'Namespace', metadata: { name } },
    });
  }

  create(...manifests: readonly Manifest[]): void {
    for (const { resource, object } of manifests)
      this.#api.create(resource, object, { fieldManager: 'kubectl-create' });
  }

  /** Creates each object where its own kind belongs. */
  install(objects: readonly ApiObject[]): void {
    for (const object of objects) {
      const [version = '', group = ''] = object.apiVersion.split('/').reverse();
      const resource = this.#api
        .resources()
        .find(
          (served) => served.group === group && served.version === version && served.kind === object.kind,
        );
      if (resource === undefined) throw new Error(`the cluster does not know the kind ${object.kind}`);
      this.create({ resource, object });
    }
  }

  cordon(node: string): void {
    const body = { spec: { unschedulable: true } };
    this.#api.patch(NODES, { name: node }, { type: 'merge', body }, { fieldManager: 'kubectl-cordon' });
  }

  isCordoned(node: string): boolean {
    const { spec } = this.#api.get(NODES, { name: node }) as {
      readonly spec?: { readonly unschedulable?: boolean };
    };
    return spec?.unschedulable === true;
  }

  createPolicy(object: ApiObject): void {
    this.create({ resource: POLICIES, object });
  }

  setVersion(version: string): void {
    const body = { spec: { ofedDriver: { version } } };
    this.#api.patch(
      POLICIES,
      { name: POLICY_NAME },
      { type: 'merge', body },
      { fieldManager: 'kubectl-patch' },
    );
  }

  /** Undefined until the operator has said something. */
  policyStatus(): PolicyStatus | undefined {
    return this.#api.find(POLICIES, { name: POLICY_NAME })?.['status'] as PolicyStatus | undefined;
  }

  /** Whether every Deployment has all its pods. */
  isWorkReady(): boolean {
    return this.#api
      .list({ group: 'apps', plural: 'deployments' }, { namespace: NAMESPACE })
      .every(({ spec, status }) => {
        const { replicas } = spec as { readonly replicas: number };
        return (status as { readonly readyReplicas?: number } | undefined)?.readyReplicas === replicas;
      });
  }

  podCount(): number {
    return this.#api.list({ group: '', plural: 'pods' }, { namespace: NAMESPACE }).length;
  }

  /** How many of the Jobs have run to their end. */
  jobsSucceeded(): number {
    return this.#api
      .list({ group: 'batch', plural: 'jobs' }, { namespace: NAMESPACE })
      .filter(({ status }) => (status as { readonly succeeded?: number } | undefined)?.succeeded === 1)
      .length;
  }

  /** How many of the Jobs have a pod that runs. */
  jobsRunning(): number {
    return this.#api
      .list({ group: 'batch', plural: 'jobs' }, { namespace: NAMESPACE })
      .filter(({ status }) => (status as { readonly ready?: number } | undefined)?.ready === 1).length;
  }
}
