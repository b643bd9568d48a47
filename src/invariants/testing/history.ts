import { DRIVER_LABEL, NIC_PRESENT_LABEL, POLICY_NAME, REVISION_HASH_LABEL } from '../../contract/keys.ts';
import type { UpgradeState } from '../../contract/states.ts';
import type { Expectation } from '../check.ts';
import type { OutsideDeed } from '../findings.ts';
import { Ledger, type Report } from '../ledger.ts';
import type { Author, Seen, SeenNode, SeenDaemonSet, SeenPod, SeenPolicy } from '../seen.ts';
import { parseSelector } from '../selector.ts';

const DAEMON_SET = 'driver-ds-uid';
const NIC = { [NIC_PRESENT_LABEL]: 'true' };
const DRIVER: SeenDaemonSet = {
  ...{ kind: 'DaemonSet', namespace: 'ns', name: 'driver', uid: DAEMON_SET },
  ...{ deleting: false, unobserved: false, nodeSelector: NIC },
};

/**
 * A history written by hand: each call is one more event, ten milliseconds after the one before. A test makes a lawful one and
 * bends it in one place.
 *
 * @example
 * const history = new History({ nodes: ['a'] });
 * history.node('a', { state: 'upgrade-required' });
 * expect(history.broken()).toEqual([]);
 */
export class History {
  readonly ledger = new Ledger();
  readonly #nodes = new Map<string, SeenNode>();
  readonly #pods = new Map<string, SeenPod>();
  #policy: SeenPolicy;
  #author: { by?: Author } = {};
  #rv = 100;
  #time = Date.UTC(2026, 0, 1);

  /** Nodes that are upgrade-done with a driver of revision `v1`, under a policy that upgrades one at a time. */
  constructor({ nodes, policy = {} }: { nodes: readonly string[]; policy?: Partial<SeenPolicy> }) {
    this.#policy = {
      kind: 'NicClusterPolicy',
      namespace: '',
      name: POLICY_NAME,
      uid: 'policy-uid',
      version: '1',
      autoUpgrade: true,
      safeLoad: true,
      maxParallelUpgrades: 1,
      drained: parseSelector(''),
      ...policy,
    };
    this.#existing(this.#policy);
    this.#existing(DRIVER);
    this.#existing(revision('v1', 1));
    for (const name of nodes) {
      this.#nodes.set(name, plainNode(name));
      this.#existing(this.#nodes.get(name)!);
      this.#pods.set(driverOf(name), driverPod(name, 'v1'));
      this.#existing(this.#pods.get(driverOf(name))!);
    }
  }

  node(name: string, change: Partial<SeenNode>): this {
    const after = { ...(this.#nodes.get(name) ?? plainNode(name)), ...change };
    this.#nodes.set(name, after);
    return this.#changed(after);
  }

  nodeGone(name: string): this {
    const node = this.#nodes.get(name)!;
    this.#nodes.delete(name);
    return this.#gone(node);
  }

  /** A workload pod, made or changed. */
  pod(name: string, change: Partial<SeenPod>): this {
    const after = { ...(this.#pods.get(name) ?? workloadPod(name)), ...change };
    this.#pods.set(name, after);
    return this.#changed(after);
  }

  podGone(name: string): this {
    const pod = this.#pods.get(name)!;
    this.#pods.delete(name);
    return this.#gone(pod);
  }

  policy(change: Partial<SeenPolicy>): this {
    this.#policy = { ...this.#policy, ...change };
    return this.#changed(this.#policy);
  }

  /** The DaemonSet gets a template of which this is the revision. */
  revision(hash: string, number: number): this {
    return this.#changed(revision(hash, number));
  }

  /** The DaemonSet says something new, which its controller has yet to take up. */
  daemonSetChanged(): this {
    return this.#changed({ ...DRIVER, unobserved: true });
  }

  daemonSetGone(): this {
    return this.#gone(DRIVER);
  }

  /** It has been gone, and is there again. */
  daemonSetMade(): this {
    return this.#changed(DRIVER);
  }

  deleteDriver(node: string): this {
    return this.pod(driverOf(node), { deleting: true });
  }

  replaceDriver(node: string, hash: string): this {
    this.podGone(driverOf(node));
    return this.pod(driverOf(node), driverPod(node, hash));
  }

  /** The node is lawfully upgraded up to and including the arrival at `last`. */
  upgrade(node: string, hash: string, last: UpgradeState = 'upgrade-done'): this {
    const steps: readonly (readonly [UpgradeState, () => void])[] = [
      ['upgrade-required', () => this.node(node, { state: 'upgrade-required' })],
      ['cordon-required', () => this.node(node, { state: 'cordon-required' })],
      [
        'wait-for-jobs-required',
        () => this.node(node, { state: 'wait-for-jobs-required', unschedulable: true }),
      ],
      ['drain-required', () => this.node(node, { state: 'drain-required' })],
      ['pod-restart-required', () => this.node(node, { state: 'pod-restart-required' })],
      [
        'uncordon-required',
        () => this.deleteDriver(node).replaceDriver(node, hash).node(node, { state: 'uncordon-required' }),
      ],
      ['upgrade-done', () => this.node(node, { state: 'upgrade-done', unschedulable: false })],
    ];
    for (const [state, step] of steps) {
      step();
      if (state === last) return this;
    }
    throw new Error(`${last} is not on the way`);
  }

  /** @param forMs for how long the announcement stands */
  declare(node: string, deed: OutsideDeed, forMs = Infinity): this {
    this.ledger.declare({ node, deed, from: this.#time, until: this.#time + forMs, times: 1 });
    return this;
  }

  wait(milliseconds: number): this {
    this.#time += milliseconds;
    return this;
  }

  finish(expectation: Expectation = { end: 'any' }): Report {
    return this.ledger.finish(expectation);
  }

  /** The invariants that were violated so far, each with its node. */
  broken(expectation?: Expectation): readonly string[] {
    return this.finish(expectation).violations.map(({ invariant, node }) => `${invariant} ${node ?? ''}`);
  }

  #existing(object: Seen): void {
    this.ledger.apply({ rv: this.#rv, time: this.#time, type: 'existing', object });
  }

  /** From here on everything is known to be the deed of somebody. */
  by(author: Author): this {
    this.#author = { by: author };
    return this;
  }

  #changed(object: Seen): this {
    const at = { rv: (this.#rv += 1), time: (this.#time += 10) };
    this.ledger.apply({ ...at, type: 'changed', object, ...this.#author });
    return this;
  }

  #gone(object: Seen): this {
    this.ledger.apply({ rv: (this.#rv += 1), time: (this.#time += 10), type: 'gone', object });
    return this;
  }
}

/** The name of the driver pod on a node. */
export function driverOf(node: string): string {
  return `driver-${node}`;
}

function plainNode(name: string): SeenNode {
  return {
    ...{ kind: 'Node', namespace: '', name, uid: `${name}-uid`, labels: NIC, state: 'upgrade-done' },
    ...{
      unschedulable: false,
      cordonedByKubectl: false,
      safeLoad: undefined,
      initiallyUnschedulable: false,
      failedBefore: false,
    },
    ...{ skip: false, reason: undefined },
  };
}

let pods = 0;

function workloadPod(name: string): SeenPod {
  pods += 1;
  return {
    ...{ kind: 'Pod', namespace: 'work', name, uid: `${name}-${pods}`, labels: {}, nodeName: undefined },
    ...{ phase: 'Running', ready: true, deleting: false, driver: false, revision: undefined },
    ...{ controller: { kind: 'ReplicaSet', uid: 'rs' }, mirror: false, evicted: false },
  };
}

function driverPod(node: string, hash: string): SeenPod {
  return {
    ...workloadPod(driverOf(node)),
    ...{ namespace: 'ns', labels: { [DRIVER_LABEL]: '', [REVISION_HASH_LABEL]: hash }, nodeName: node },
    ...{ driver: true, revision: hash, controller: { kind: 'DaemonSet', uid: DAEMON_SET } },
  };
}

function revision(hash: string, number: number): Seen {
  return {
    ...{ kind: 'ControllerRevision', namespace: 'ns', name: `driver-${hash}`, uid: `revision-${hash}`, hash },
    ...{ revision: number, daemonSetUid: DAEMON_SET },
  };
}
