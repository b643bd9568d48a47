import { POLICY_NAME } from '../../src/contract/keys.ts';
import { isInProgress } from '../../src/contract/states.ts';
import type { BlockedNode, PolicyStatus } from '../../src/contract/status.ts';
import { Reader, type Access } from '../observer/api.ts';
import { Feed } from '../observer/feed.ts';
import { currentVersion } from '../observer/lists.ts';
import type { Resource } from '../observer/resources.ts';
import { Scene } from '../observer/scene.ts';
import type { Change, SeenNode, SeenPod } from '../observer/seen.ts';
import { parseSelector, type Selector } from '../observer/selector.ts';
import { seenNode, seenPod } from '../observer/trim.ts';
import type { FleetSnapshot, ShownNode } from './fleet.ts';

/** The states that a node went through since it was asked last. */
export interface NodeSteps {
  readonly name: string;
  /** In their order, the first one the state that it was in. */
  readonly states: readonly ShownNode['state'][];
}

const RESOURCES: readonly Resource[] = [
  { path: '/api/v1/nodes', seen: seenNode },
  { path: '/api/v1/pods', seen: seenPod },
];

const POLICY_PATH = `/apis/mellanox.com/v1alpha1/nicclusterpolicies/${POLICY_NAME}`;
const STATUS_EVERY_MS = 500;
const ZONE_LABEL = 'topology.kubernetes.io/zone';

/** Watches nodes and pods, for the display only: what it says is the latest that was heard. */
export class FleetWatch {
  readonly #reader: Reader;
  readonly #feeds: readonly Feed[];
  readonly #isJob: Selector;
  readonly #scene = new Scene();
  readonly #evicted = new Set<string>();
  readonly #read: number[];
  #steps = new Map<string, ShownNode['state'][]>();
  #outdated: ReadonlySet<string> = new Set();
  #blocked: readonly BlockedNode[] = [];
  readonly #statusTimer: NodeJS.Timeout;

  /** @param jobSelector of the pods that an upgrade waits for */
  static async open(access: Access, jobSelector: string): Promise<FleetWatch> {
    const reader = new Reader(access);
    const rv = await currentVersion(reader);
    const feeds = RESOURCES.map((resource) => new Feed(reader, resource));
    await Promise.all(feeds.map((feed) => feed.start(rv)));
    return new FleetWatch(reader, feeds, jobSelector);
  }

  private constructor(reader: Reader, feeds: readonly Feed[], jobSelector: string) {
    this.#reader = reader;
    this.#feeds = feeds;
    this.#isJob = parseSelector(jobSelector);
    this.#read = feeds.map(() => 0);
    this.#statusTimer = setInterval(() => {
      void this.#readStatus();
    }, STATUS_EVERY_MS);
  }

  /** The drivers that run now are those that are to be replaced. */
  markOutdated(): void {
    this.#follow();
    const drivers = [...this.#scene.nodes.keys()].flatMap((node) => this.#driversOn(node));
    this.#outdated = new Set(drivers.map(({ revision = '' }) => revision));
  }

  snapshot(): FleetSnapshot {
    this.#follow();
    const nodes = [...this.#scene.nodes.values()].map((node) => this.#shown(node));
    return { nodes: nodes.sort((a, b) => a.name.localeCompare(b.name)), evicted: this.#evicted.size };
  }

  /** The nodes whose state has changed since this was called last. */
  takeSteps(): readonly NodeSteps[] {
    this.#follow();
    const steps = [...this.#steps].map(([name, states]) => ({ name, states }));
    this.#steps = new Map();
    return steps;
  }

  async close(): Promise<void> {
    clearInterval(this.#statusTimer);
    await Promise.all(this.#feeds.map((feed) => feed.stop()));
    await this.#reader.close();
  }

  #follow(): void {
    this.#feeds.forEach((feed, index) => {
      for (const event of feed.events.slice(this.#read[index])) {
        const { kind, change } = this.#scene.apply(event);
        if (kind === 'Node') this.#noteState(change as Change<SeenNode>);
        const pod = kind === 'Pod' ? (change as Change<SeenPod>).after : undefined;
        if (pod?.evicted === true) this.#evicted.add(pod.uid);
      }
      this.#read[index] = feed.events.length;
    });
  }

  #noteState({ before, after }: Change<SeenNode>): void {
    if (before === undefined || after === undefined || before.state === after.state) return;
    const states = this.#steps.get(after.name);
    if (states === undefined) this.#steps.set(after.name, [before.state, after.state]);
    else states.push(after.state);
  }

  #shown(node: SeenNode): ShownNode {
    const load = this.#scene
      .podsOn(node.name)
      .filter(({ driver, phase }) => !driver && (phase === 'Running' || phase === 'Pending'));
    const staying = load.filter(({ deleting }) => !deleting);
    const jobs = staying.filter(({ labels }) => this.#isJob(labels)).length;
    return {
      name: node.name,
      zone: node.labels[ZONE_LABEL] ?? 'no zone',
      state: node.state,
      driver: this.#driverOf(node.name),
      held: node.initiallyUnschedulable || (node.unschedulable && isResting(node.state)),
      pods: staying.length - jobs,
      leaving: load.length - staying.length,
      jobs,
      reason: this.#reasonOf(node),
    };
  }

  /** The policy's status is quicker to say it than the node itself, which names only what has lasted. */
  #reasonOf({ name, state, reason }: SeenNode): string | undefined {
    if (!isInProgress(state) && state !== 'upgrade-failed') return undefined;
    const blocked = this.#blocked.find((each) => each.node === name && each.state === state);
    return blocked === undefined ? reason : `${blocked.code}: ${blocked.message}`;
  }

  async #readStatus(): Promise<void> {
    try {
      const policy = (await this.#reader.get(POLICY_PATH)) as { readonly status?: PolicyStatus };
      this.#blocked = policy.status?.upgrade?.blocked ?? [];
    } catch {
      // There is no policy yet, or no server any more; what was known last is shown on.
    }
  }

  #driverOf(node: string): ShownNode['driver'] {
    const pod = this.#driversOn(node).find(({ deleting }) => !deleting);
    if (pod === undefined) return 'none';
    if (this.#outdated.has(pod.revision ?? '')) return 'old';
    return pod.ready ? 'new' : 'loading';
  }

  #driversOn(node: string): readonly SeenPod[] {
    return this.#scene.podsOn(node).filter(({ driver }) => driver);
  }
}

/** The upgrade does nothing to a node in such a state; a cordon there is not its own. */
function isResting(state: ShownNode['state']): boolean {
  return !isInProgress(state) && state !== 'upgrade-failed';
}
