import type { UpgradeState } from '../../src/contract/states.ts';

/** A node as the demo shows it. */
export interface ShownNode {
  readonly name: string;
  readonly zone: string;
  readonly state: UpgradeState | 'none';
  /** `new`: of the wanted version, and Ready. */
  readonly driver: 'none' | 'old' | 'loading' | 'new';
  readonly cordoned: boolean;
  /** Cordoned by a person. */
  readonly held: boolean;
  /** A person has labelled it so that no upgrade is started here. */
  readonly skipped: boolean;
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
  /** Those that have ended, in their order. */
  readonly waits: readonly Wait[];
}

/** A node could not go on for a while. */
export interface Wait {
  readonly node: string;
  /** In which it waited. */
  readonly state: ShownNode['state'];
  /** In which it went on. */
  readonly next: ShownNode['state'];
  /** `for its job`: as it follows "waited". */
  readonly cause: string;
  readonly ms: number;
}

/** Cordoned nodes, by what they are in. */
export interface CordonCount {
  readonly all: number;
  readonly inProgress: number;
  readonly failed: number;
  /** Those whose cordon is a person's, as far as they are not in progress themselves. */
  readonly person: number;
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

/** Whether a rollout does nothing more to a node unless somebody does: it is upgraded, has failed, is to be skipped, or has no state. */
export function isAtRest(node: ShownNode): boolean {
  if (node.state === 'upgrade-required') return node.skipped;
  return isUpgraded(node) || node.state === 'upgrade-failed' || node.state === 'none';
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
