import { POLICY_NAME } from '../../src/contract/keys.ts';
import type { PolicyStatus } from '../../src/contract/status.ts';
import type { ApiObject } from '../../src/kubernetes/objects.ts';
import { countRequests } from '../control-plane/index.ts';
import type { ApiClient, ControlPlane, RequestCount } from '../control-plane/index.ts';
import {
  applyPolicy,
  observedRollout,
  people,
  policyYaml,
  setUpgradePolicy,
  setVersion,
  waitForRollout,
  waitForState,
} from '../harness/index.ts';
import type {
  InitContainers,
  ObservedOptions,
  OperatorProcess,
  People,
  PolicyRequest,
  RolloutOptions,
  UpgradePolicyFields,
} from '../harness/index.ts';
import type { Report } from '../../src/invariants/index.ts';
import type { Observer } from '../observer/index.ts';
import { emptyCluster } from './empty-cluster.ts';

export interface PolicyObject extends ApiObject {
  readonly spec: Readonly<Record<string, unknown>>;
  readonly status?: PolicyStatus;
}

interface Parts {
  readonly controlPlane: ControlPlane;
  readonly operator: OperatorProcess | undefined;
  readonly initContainers: InitContainers | undefined;
}

/** What a suite works with: the control plane, the operator that runs on it, and short ways to do and see what people do and see. */
export class TestCluster {
  readonly #parts: () => Parts;

  constructor(parts: () => Parts) {
    this.#parts = parts;
  }

  get controlPlane(): ControlPlane {
    return this.#parts().controlPlane;
  }

  get api(): ApiClient {
    return this.controlPlane.api;
  }

  /** @throws Error in a suite without an operator */
  get operator(): OperatorProcess {
    const { operator } = this.#parts();
    if (operator === undefined) throw new Error('this suite runs without an operator');
    return operator;
  }

  /** @throws Error in a suite whose init containers are simulated */
  get initContainers(): InitContainers {
    const { initContainers } = this.#parts();
    if (initContainers === undefined) throw new Error('this suite does not run init containers');
    return initContainers;
  }

  kubectl(...args: readonly string[]): Promise<string> {
    return this.controlPlane.kubectl(...args);
  }

  /** Administrators, who announce what they do to the observer, if there is one. */
  people(observer?: Observer): People {
    return people(this.controlPlane, observer);
  }

  /** Applies a policy with kubectl: YAML as it is, or as a person would write what is asked for. */
  applyPolicy(policy: PolicyRequest | string): Promise<void> {
    return applyPolicy(this.controlPlane, typeof policy === 'string' ? policy : policyYaml(policy));
  }

  setVersion(version: string): Promise<void> {
    return setVersion(this.controlPlane, version);
  }

  setUpgradePolicy(fields: UpgradePolicyFields): Promise<void> {
    return setUpgradePolicy(this.controlPlane, fields);
  }

  /** The policy as the API server has it. */
  policy(name: string = POLICY_NAME): Promise<PolicyObject> {
    return this.api.get(`/apis/mellanox.com/v1alpha1/nicclusterpolicies/${name}`);
  }

  /** The policy's status; empty as long as nobody has written one. */
  async status(name: string = POLICY_NAME): Promise<PolicyStatus> {
    return (await this.policy(name)).status ?? {};
  }

  /** Waits until every node has the version that is asked for, is upgrade-done, and state-OFED is ready. */
  rollout(options: RolloutOptions = {}): Promise<void> {
    return waitForRollout(this.controlPlane, { operator: this.operator, ...options });
  }

  /** Waits until a node is in a state, `none` for no label at all. */
  state(node: string, state: string, options: RolloutOptions = {}): Promise<void> {
    return waitForState(this.controlPlane, { operator: this.operator, node, state, ...options });
  }

  /**
   * Runs a scenario under the eyes of the observer.
   *
   * @throws Error that tells the story if an invariant was broken
   */
  observed(
    scenario: (observer: Observer) => Promise<void>,
    options: Omit<ObservedOptions, 'user'> = {},
  ): Promise<Report> {
    return observedRollout(this.controlPlane, { user: this.operator.user, ...options }, scenario);
  }

  /** How many requests the operator has sent, all told or since a time in milliseconds since 1970. */
  requests(since?: number): Promise<RequestCount> {
    const { user } = this.operator;
    return countRequests(this.controlPlane.auditLog, { user, ...(since === undefined ? {} : { since }) });
  }

  /** Takes away policies, nodes, and everything in the default namespace, and waits until they are gone. */
  async empty(): Promise<void> {
    await emptyCluster(this.controlPlane);
  }
}
