import { POOL_LABELS, NIC_PRESENT_LABEL, STATE_LABEL, ZONE_LABEL } from '../../contract/keys.ts';
import { isInProgress, type NodeState } from '../../contract/states.ts';
import type { RolloutStatus } from '../../contract/status.ts';
import type { Sight } from '../../operator/observer.ts';
import type { Standing } from '../../operator/nodes/standing-reasons.ts';
import type { LiveStatus } from '../../operator/status/status-reporter.ts';
import { policyStatus } from '../../operator/status/policy-status.ts';
import type { Reason } from '../../reasons/index.ts';
import { aDriverPod, aNode } from '../../upgrade/testing/builders.ts';
import type { NodeView, WorkloadPod } from '../../upgrade/view.ts';
import type { FleetFeed } from '../server/feed.ts';

const POOL = ['ubuntu', '22.04', '5.15.0-105-generic', 'amd64'];

export interface TestNode {
  readonly state: NodeState;
  readonly zone?: string;
  readonly reason?: Reason;
  /** Milliseconds since the epoch. */
  readonly since?: number;
  readonly cordonedByPerson?: boolean;
  readonly pods?: readonly WorkloadPod[];
  /** No driver is there, and none is made for it. */
  readonly driverless?: boolean;
}

/** What an operator would know of a fleet, as a test wants it to be; and the word about each change of it. */
export class TestFleet implements Sight {
  readonly #feed: FleetFeed;
  readonly #views = new Map<string, NodeView>();
  readonly #standings = new Map<string, Standing>();
  version = '24.01-0.3.3.1-0';
  rollout: RolloutStatus = {};
  maxParallel = 4;
  paused = false;

  constructor(feed: FleetFeed) {
    this.#feed = feed;
  }

  /** A node is like this from now on. */
  set(name: string, { state, zone = 'zone-a', reason, since = 0, ...more }: TestNode): void {
    const isDone = state === 'upgrade-done' || state === 'uncordon-required';
    const view = aNode({
      state,
      cordoned: more.cordonedByPerson === true ? 'by-person' : isInProgress(state),
      driver:
        more.driverless === true
          ? 'unwanted'
          : [aDriverPod(isDone ? 'ready' : 'outdated', { name: `mofed-${name}` })],
      labels: {
        [NIC_PRESENT_LABEL]: 'true',
        [ZONE_LABEL]: zone,
        ...Object.fromEntries(POOL_LABELS.map((label, index) => [label, POOL[index] ?? ''])),
      },
      ...(more.pods === undefined ? {} : { pods: more.pods }),
    });
    this.#views.set(name, { ...view, node: { ...view.node, name } });
    if (reason === undefined) this.#standings.delete(name);
    else this.#standings.set(name, { reason, since });
    this.#feed.nodeDecided(name, this.node(name));
    this.#feed.statusComputed();
  }

  delete(name: string): void {
    this.#views.delete(name);
    this.#feed.nodeDecided(name, undefined);
  }

  node(name: string): NodeView | undefined {
    return this.#views.get(name);
  }

  standing(name: string): Standing | undefined {
    return this.#standings.get(name);
  }

  stands(): boolean {
    return true;
  }

  status(): LiveStatus {
    const states = new Map<NodeState, number>();
    for (const { node } of this.#views.values()) {
      const state = node.labels[STATE_LABEL] as NodeState;
      states.set(state, (states.get(state) ?? 0) + 1);
    }
    const done = states.get('upgrade-done') ?? 0;
    const status = policyStatus({
      ...{
        generation: 1,
        invalid: undefined,
        version: this.version,
        autoUpgrade: true,
        paused: this.paused,
        problems: [],
      },
      ...{ settled: true, desired: this.#views.size, serving: done, upToDate: done, states },
      ...{ total: this.#views.size, queued: states.get('upgrade-required') ?? 0 },
      ...{ maxParallel: this.maxParallel, rollout: this.rollout, blocked: [], conditions: [], now: 0 },
    });
    return { status, autoUpgrade: true, paused: this.paused, maxParallelUpgrades: this.maxParallel };
  }
}
