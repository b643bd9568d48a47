import { parseQuantity } from '../../../../kubernetes/quantity.ts';
import type { Container, NodeObject, PodSpec } from '../objects.ts';

/** Amounts of extended resources, such as `nvidia.com/gpu` or `rdma/shared`: always whole ones. */
export type Amounts = ReadonlyMap<string, number>;

const NOTHING: Amounts = new Map();
const BILLION = 1_000_000_000n;
const requests = new WeakMap<PodSpec, Amounts>();

/**
 * What a pod needs of what its node has a certain number of. CPU, memory and disks are not counted: nothing that is at work here runs
 * out of them.
 *
 * @see https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/#extended-resources
 */
export function requestsOf(spec: PodSpec): Amounts {
  let amounts = requests.get(spec);
  if (amounts === undefined) requests.set(spec, (amounts = sumOf(spec)));
  return amounts;
}

/** How many of a resource a node has to give. */
export function allocatable({ status }: NodeObject, resource: string): number {
  return amountOf(status?.allocatable?.[resource]);
}

/** How many pods a node takes; without a word on it, any number. */
export function podCapacity({ status }: NodeObject): number {
  const pods = status?.allocatable?.['pods'];
  return pods === undefined ? Infinity : amountOf(pods);
}

/** Init containers run one after the other and before the others: of them, the one that needs most counts. */
function sumOf({ containers = [], initContainers = [] }: PodSpec): Amounts {
  const sum = new Map<string, number>();
  for (const container of containers) {
    for (const [resource, amount] of needsOf(container)) sum.set(resource, (sum.get(resource) ?? 0) + amount);
  }
  for (const container of initContainers) {
    for (const [resource, amount] of needsOf(container)) {
      sum.set(resource, Math.max(sum.get(resource) ?? 0, amount));
    }
  }
  return sum.size === 0 ? NOTHING : sum;
}

function needsOf({ resources }: Container): readonly (readonly [string, number])[] {
  return Object.entries({ ...resources?.limits, ...resources?.requests })
    .filter(([resource]) => resource.includes('/'))
    .map(([resource, quantity]) => [resource, amountOf(quantity)]);
}

function amountOf(quantity: string | number | undefined): number {
  return quantity === undefined ? 0 : Number((parseQuantity(quantity) ?? 0n) / BILLION);
}
