import { isInProgress } from '../../src/contract/states.ts';
import { isUpgraded, type FleetSnapshot, type NodeSteps, type Rollout, type ShownNode } from './fleet.ts';
import { abridge, plural } from './text.ts';
import { troublesOf } from './troubles.ts';

/** Nodes that have the same to tell share a line, up to so many. */
const NAMES = 6;
/** As much of a reason as it takes to understand it. */
const MESSAGE = 300;

/** ` 12.3 s  node-07, node-08  cordon-required, wait-for-jobs-required, drain-required` */
export function stepLines(steps: readonly NodeSteps[], elapsedMs: number): readonly string[] {
  const byStates = new Map<string, string[]>();
  for (const { name, states } of steps) {
    const passed = states.slice(1).join(', ');
    const names = byStates.get(passed);
    if (names === undefined) byStates.set(passed, [name]);
    else names.push(name);
  }
  return [...byStates].map(([passed, names]) => `${clock(elapsedMs)}  ${listed(names.sort())}  ${passed}`);
}

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

/** Tells each node's troubles once, when they begin, and when a node that had failed is upgraded after all. */
export class News {
  readonly #told = new Set<string>();
  readonly #failed = new Set<string>();

  linesOf({ nodes }: FleetSnapshot, elapsedMs: number): readonly string[] {
    const fresh = nodes.filter(({ name, reason }) => !this.#told.has(`${name} ${reason?.code ?? ''}`));
    const recovered = nodes.filter((node) => this.#failed.has(node.name) && isUpgraded(node));
    const troubles = troublesOf(fresh);
    for (const trouble of troubles) {
      for (const node of trouble.nodes) {
        this.#told.add(`${node} ${trouble.code}`);
        if (trouble.code === 'failed') this.#failed.add(node);
      }
    }
    for (const { name } of recovered) this.#failed.delete(name);
    const after = recovered.map(({ name }) => name);
    return [
      ...troubles.map(
        ({ code, nodes: names, message }) => `${listed(names)}  ${code}: ${abridge(message, MESSAGE)}`,
      ),
      ...(after.length === 0 ? [] : [`${listed(after)}  recovered, and upgraded`]),
    ].map((line) => `${clock(elapsedMs)}  ${line}`);
  }
}

function listed(names: readonly string[]): string {
  const more = names.length > NAMES ? ` and ${names.length - NAMES} more` : '';
  return `${names.slice(0, NAMES).join(', ')}${more}`;
}

function clock(elapsedMs: number): string {
  return `${(elapsedMs / 1000).toFixed(1).padStart(6)} s`;
}
