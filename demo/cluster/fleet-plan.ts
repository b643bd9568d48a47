import { KERNEL_LABEL, NIC_PRESENT_LABEL, OS_ID_LABEL, OS_VERSION_LABEL } from '../../src/contract/keys.ts';
import type { NodeDescription } from '../../src/cluster/memory/machines/index.ts';
import type { StringMap } from '../../src/kubernetes/objects.ts';

export const ZONE_LABEL = 'topology.kubernetes.io/zone';

const ZONES = ['zone-a', 'zone-b', 'zone-c', 'zone-d'];
const OTHERS = 3;
const JOBS = 4;

export interface System {
  readonly osVersion: string;
  readonly osImage: string;
  readonly kernel: string;
}

export const USUAL_SYSTEM: System = {
  osVersion: '22.04',
  osImage: 'Ubuntu 22.04.5 LTS',
  kernel: '5.15.0-105-generic',
};
/** Of a few nodes, which so need another driver image. */
export const OTHER_SYSTEM: System = {
  osVersion: '24.04',
  osImage: 'Ubuntu 24.04.1 LTS',
  kernel: '6.8.0-40-generic',
};

export type PlannedNode = Required<
  Pick<NodeDescription, 'name' | 'labels' | 'internalIP' | 'osImage' | 'kernelVersion'>
>;

/** The nodes, and those among them that something special happens to: each to other ones. */
export interface FleetPlan {
  readonly nodes: readonly PlannedNode[];
  /** Cordoned by a person before the upgrade. */
  readonly held: string;
  /** Each runs a training job. */
  readonly busy: readonly string[];
  /** Have the other system. */
  readonly others: readonly string[];
}

/** So many nodes, whose names sort as their numbers do; each zone has a row of them. */
export function planFleet(count: number): FleetPlan {
  const digits = String(count - 1).length;
  const names = Array.from({ length: count }, (_, index) => `node-${String(index).padStart(digits, '0')}`);
  const firstOther = Math.min(Math.floor(count * 0.85), count - OTHERS);
  const others = names.slice(firstOther, firstOther + OTHERS);
  const held = names[Math.floor(count * 0.3)] ?? '';
  const usual = names.filter((name) => name !== held && !others.includes(name));
  return {
    nodes: names.map((name, index) => {
      const system = others.includes(name) ? OTHER_SYSTEM : USUAL_SYSTEM;
      const zone = ZONES[Math.floor((index * ZONES.length) / count)] ?? '';
      return {
        name,
        labels: { [ZONE_LABEL]: zone, ...systemLabels(system) },
        internalIP: addressOf(index),
        osImage: system.osImage,
        kernelVersion: system.kernel,
      };
    }),
    held,
    busy: Array.from({ length: JOBS }, (_, job) => usual[Math.floor((job * usual.length) / JOBS) + 1] ?? ''),
    others,
  };
}

function addressOf(index: number): string {
  const host = index + 10;
  return `10.0.${host >> 8}.${host & 255}`;
}

/** What Node Feature Discovery says of a node. */
function systemLabels({ osVersion, kernel }: System): StringMap {
  return {
    [NIC_PRESENT_LABEL]: 'true',
    [OS_ID_LABEL]: 'ubuntu',
    [OS_VERSION_LABEL]: osVersion,
    [KERNEL_LABEL]: kernel,
  };
}
