import type { Context } from '../context.ts';
import type { Pod } from '../objects.ts';
import { PODS } from '../resources.ts';
import { deleteObject } from '../writes.ts';

/**
 * Deletes this very pod. One that is gone already is as good.
 *
 * @param gracePeriodSeconds default: what the pod itself says
 * @throws StatusError
 */
export function deletePod(context: Context, pod: Pod, gracePeriodSeconds?: number): void {
  deleteObject(context, PODS, pod, gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds });
}
