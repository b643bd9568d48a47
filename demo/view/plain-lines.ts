import { isInProgress } from '../../src/contract/states.ts';
import { isUpgraded, type FleetSnapshot, type Rollout, type ShownNode, type Wait } from './fleet.ts';
import { abridge, plural, seconds } from './text.ts';
import { troublesOf, type Trouble } from './troubles.ts';

/** Nodes that have the same to tell share a line, up to so many. */
const NAMES = 6;
/** As much of a reason as it takes to understand it. */
const MESSAGE = 300;

/** How far the rollout is. */
export function progressLine({ nodes, evicted }: FleetSnapshot, { elapsedMs, parallel }: Rollout): string {
  const count = (is: (node: ShownNode) => boolean): number => nodes.filter(is).length;
  const queued = count(({ state }) => state === 'upgrade-required');
  const failed = count(({ state }) => state === 'upgrade-failed');
  const limit = parallel === 0 ? '' : ` of at most ${parallel}`;
  return [
    `${clock(elapsedMs)}  ${count(isUpgraded)}/${nodes.length} upgraded`,
    `${count(({ state }) => isInProgress(state))}${limit} in progress`,
    ...(queued === 0 ? [] : [`${queued} queued`]),
    ...(failed === 0 ? [] : [`${failed} failed`]),
    `${plural(evicted, 'pod')} evicted`,
  ].join(', ');
}

/** Tells each node's troubles once, when they begin; how long a wait was, when it ends; and when a failed node is upgraded after all. */
export class News {
  readonly #told = new Map<string, Set<string>>();
  /** Which node was the first to say so. */
  readonly #first = new Map<string, string>();
  readonly #failed = new Set<string>();
  readonly #ended = new WeakSet<Wait>();

  linesOf({ nodes, waits }: FleetSnapshot, elapsedMs: number): readonly string[] {
    const lines = [...this.#ends(waits), ...this.#troubles(nodes), ...this.#recoveries(nodes, waits)];
    this.#forget(nodes);
    return lines.map((line) => `${clock(elapsedMs)}  ${line}`);
  }

  #ends(waits: readonly Wait[]): readonly string[] {
    const ended = waits.filter((wait) => !this.#ended.has(wait));
    for (const wait of ended) this.#ended.add(wait);
    return ended
      .filter(({ state, next }) => state !== 'upgrade-failed' && next !== 'upgrade-failed')
      .map(({ node, ms, cause }) => `${node}  goes on: waited ${seconds(ms)} ${cause}`);
  }

  #troubles(nodes: readonly ShownNode[]): readonly string[] {
    const fresh = nodes.filter(({ name, reason }) => this.#told.get(name)?.has(reason?.code ?? '') !== true);
    return troublesOf(fresh).map((trouble) => {
      for (const node of trouble.nodes) this.#note(node, trouble.code);
      return `${listed(trouble.nodes)}  ${trouble.code}: ${this.#message(trouble)}`;
    });
  }

  #note(node: string, code: string): void {
    const told = this.#told.get(node) ?? new Set();
    this.#told.set(node, told.add(code));
    if (code === 'failed') this.#failed.add(node);
  }

  /** In full once; of other nodes that differ in the names of pods only, where to look it up. */
  #message({ code, nodes: [node = ''], message }: Trouble): string {
    const gist = `${code} ${withoutSuffixes(message)}`;
    const first = this.#first.get(gist);
    if (first !== undefined) return `the same as on ${first}`;
    this.#first.set(gist, node);
    return abridge(message, MESSAGE);
  }

  #recoveries(nodes: readonly ShownNode[], waits: readonly Wait[]): readonly string[] {
    const recovered = nodes.filter((node) => this.#failed.has(node.name) && isUpgraded(node));
    return recovered.map(({ name }) => {
      this.#failed.delete(name);
      const failure = waits.findLast(({ node, state }) => node === name && state === 'upgrade-failed');
      const how = failure === undefined ? '' : `; it had failed for ${seconds(failure.ms)}`;
      return `${name}  recovered, and upgraded${how}`;
    });
  }

  /** What comes back in another upgrade is news again. */
  #forget(nodes: readonly ShownNode[]): void {
    for (const node of nodes)
      if (isUpgraded(node) || node.state === 'upgrade-required') this.#told.delete(node.name);
    if (nodes.every(isUpgraded)) this.#first.clear();
  }
}

/** Names that end alike but for what Kubernetes makes up to tell pods apart. */
function withoutSuffixes(message: string): string {
  return message.replaceAll(/-[bcdfghjklmnpqrstvwxz2456789]{5}\b/g, '');
}

function listed(names: readonly string[]): string {
  const more = names.length > NAMES ? ` and ${names.length - NAMES} more` : '';
  return `${names.slice(0, NAMES).join(', ')}${more}`;
}

function clock(elapsedMs: number): string {
  return `${(elapsedMs / 1000).toFixed(1).padStart(6)} s`;
}
