import { sameQuantity } from '../../../../kubernetes/quantity.ts';
import { fieldsOf, itemsOf, type Json } from '../json.ts';

const COUNTED = ['cpu', 'memory'];

/**
 * A pod's quality of service class.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/pods/pod-qos/
 */
export function qualityOf(spec: Json): 'Guaranteed' | 'Burstable' | 'BestEffort' {
  const containers = [...itemsOf(spec['initContainers']), ...itemsOf(spec['containers'])].map((container) =>
    fieldsOf(fieldsOf(container)['resources']),
  );
  if (containers.every(isGuaranteed)) return 'Guaranteed';
  return containers.some(asksForSomething) ? 'Burstable' : 'BestEffort';
}

function isGuaranteed({ requests, limits }: Json): boolean {
  return COUNTED.every((name) => {
    const [request, limit] = [fieldsOf(requests)[name], fieldsOf(limits)[name]];
    return isQuantity(request) && isQuantity(limit) && sameQuantity(request, limit);
  });
}

function asksForSomething({ requests, limits }: Json): boolean {
  return COUNTED.some((name) => name in fieldsOf(requests) || name in fieldsOf(limits));
}

function isQuantity(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}
