import type { UpgradeState } from '../../src/contract/states.ts';

/** A node as the demo shows it. */
export interface ShownNode {
  readonly name: string;
  readonly zone: string;
  readonly state: UpgradeState | 'none';
  /** `new`: of the wanted version, and Ready. */
  readonly driver: 'none' | 'old' | 'loading' | 'new';
  /** Cordoned by a person. */
  readonly held: boolean;
  /** Pods that an upgrade makes leave, as far as they are still meant to stay. */
  readonly pods: number;
  readonly leaving: number;
  /** Pods that an upgrade waits for. */
  readonly jobs: number;
  /** Why it waits or has failed, in the operator's words. */
  readonly reason: ShownReason | undefined;
}

export interface ShownReason {
  readonly code: string;
  readonly message: string;
}

/** The fleet at one moment. */
export interface FleetSnapshot {
  /** By name. */
  readonly nodes: readonly ShownNode[];
  /** Pods evicted so far. */
  readonly evicted: number;
}

/** The states that a node went through since it was asked last. */
export interface NodeSteps {
  readonly name: string;
  /** In their order, the first one the state that it was in. */
  readonly states: readonly ShownNode['state'][];
}

/** What is being done to the fleet. */
export interface Rollout {
  readonly from: string;
  readonly to: string;
  /** 0: no limit. */
  readonly parallel: number;
  readonly elapsedMs: number;
}

/** Whether a node has all that a rollout is to bring it. */
export function isUpgraded({ state, driver }: ShownNode): boolean {
  return state === 'upgrade-done' && driver === 'new';
}

/** The nodes of each zone, zones and nodes by name. */
export function byZone(nodes: readonly ShownNode[]): ReadonlyMap<string, readonly ShownNode[]> {
  const zones = new Map<string, ShownNode[]>();
  for (const node of nodes) {
    const zone = zones.get(node.zone);
    if (zone === undefined) zones.set(node.zone, [node]);
    else zone.push(node);
  }
  return new Map([...zones].sort(([a], [b]) => a.localeCompare(b)));
}
