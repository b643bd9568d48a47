import { hasCode } from '../../cluster/errors.ts';
import { compareResourceVersions } from '../../cluster/resource-version.ts';
import { eventNamespace } from '../../operator/telemetry/event-object.ts';
import { seenEvents, type SeenEvent } from './resources.ts';
import type { Access } from './scene.ts';

/**
 * What was told of an object without a namespace, by whomever, the oldest first. The API server forgets Events after an hour, unless it is
 * told otherwise.
 *
 * @returns undefined where reading Events is not permitted
 * @throws ApiError
 */
export async function readEvents(
  { cluster, signal }: Access,
  about: { readonly kind: string; readonly name: string },
): Promise<readonly SeenEvent[] | undefined> {
  const namespace = eventNamespace({ apiVersion: '', uid: '', ...about });
  const fieldSelector = `involvedObject.kind=${about.kind},involvedObject.name=${about.name}`;
  try {
    const { items } = await cluster.list(seenEvents, { namespace, fieldSelector }, { signal });
    // Times are in whole seconds; what was written later came later.
    return [...items].sort(
      (a, b) => a.last - b.last || compareResourceVersions(a.resourceVersion, b.resourceVersion),
    );
  } catch (error) {
    if (hasCode(error, 'forbidden')) return undefined;
    throw error;
  }
}
