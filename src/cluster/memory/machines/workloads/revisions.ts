import { controllerOf, lookUp } from '../../../../kubernetes/objects.ts';
import type { ApiObject } from '../../../../kubernetes/objects.ts';
import type { RawObject } from '../../api/types.ts';
import { AS_CONTROLLER } from '../context.ts';
import type { Context } from '../context.ts';
import { canonical, hashOf } from '../hash.ts';
import type { ControllerRevision, PodTemplate, SelectorObject } from '../objects.ts';
import { controllerReference } from '../owners.ts';
import { CONTROLLER_REVISIONS } from '../resources.ts';
import { selects } from '../selectors.ts';
import { deleteObject } from '../writes.ts';

export const REVISION_HASH_LABEL = 'controller-revision-hash';
const HISTORY_LIMIT = 10;

/** A controller's object whose templates are remembered: a DaemonSet or a StatefulSet. */
export interface Revised extends ApiObject {
  readonly spec: {
    readonly selector?: SelectorObject;
    readonly template: PodTemplate;
    readonly revisionHistoryLimit?: number;
  };
}

export interface History {
  /** The hash that pods made from the present template carry. */
  readonly hash: string;
  /** The others, oldest first. */
  readonly old: readonly ControllerRevision[];
}

/**
 * The revisions of an object's template, the newest being that of the template as it is. A template that was there before gets its
 * old revision back, under a new number and with the old hash.
 *
 * @returns undefined if a revision was written: the change of it is when to look again
 * @throws StatusError
 * @see https://github.com/kubernetes/kubernetes/blob/v1.36.0/pkg/controller/daemon/update.go constructHistory
 */
export function syncHistory({ api }: Context, owner: Revised): History | undefined {
  const data = dataOf(owner);
  const text = canonical(data);
  const revisions = claimedRevisions(api.list(CONTROLLER_REVISIONS, inNamespaceOf(owner)), owner);
  const current = revisions.filter((revision) => canonical(revision.data) === text).at(-1);
  const old = revisions.filter((revision) => revision !== current);
  const number = (old.at(-1)?.revision ?? 0) + 1;
  if (current === undefined) {
    api.create(CONTROLLER_REVISIONS, newRevision(owner, data, number), AS_CONTROLLER);
    return undefined;
  }
  if (current.revision < number || controllerOf(current.metadata) === undefined) {
    const metadata = { ...current.metadata, ownerReferences: [controllerReference(owner)] };
    const next = { ...current, metadata, revision: Math.max(number, current.revision) };
    api.update(CONTROLLER_REVISIONS, next, AS_CONTROLLER);
    return undefined;
  }
  return { hash: lookUp(current.metadata.labels, REVISION_HASH_LABEL) ?? current.metadata.name, old };
}

/**
 * Deletes the oldest revisions beyond the history limit, but none that a pod was made from.
 *
 * @param inUse the hashes that pods carry
 * @throws StatusError
 */
export function cleanUpHistory(
  context: Context,
  { spec }: Revised,
  { old }: History,
  inUse: () => ReadonlySet<string>,
): void {
  const surplus = old.length - (spec.revisionHistoryLimit ?? HISTORY_LIMIT);
  if (surplus <= 0) return;
  const live = inUse();
  const dead = old.filter(({ metadata }) => !live.has(lookUp(metadata.labels, REVISION_HASH_LABEL) ?? ''));
  for (const revision of dead.slice(0, surplus)) deleteObject(context, CONTROLLER_REVISIONS, revision);
}

/** An object's own revisions, and those that match and are nobody's: they outlived an owner of the same selector. Oldest first. */
function claimedRevisions(all: readonly ApiObject[], owner: Revised): readonly ControllerRevision[] {
  const claimed = all.filter(({ metadata }) => {
    const controller = controllerOf(metadata);
    return controller === undefined
      ? selects(owner.spec.selector, metadata.labels)
      : controller.uid === owner.metadata.uid;
  }) as ControllerRevision[];
  return claimed.sort((a, b) => a.revision - b.revision);
}

function newRevision(owner: Revised, data: unknown, revision: number): RawObject {
  const { template } = owner.spec;
  const hash = hashOf(template);
  return {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name: `${owner.metadata.name}-${hash}`,
      ...inNamespaceOf(owner),
      labels: { ...template.metadata?.labels, [REVISION_HASH_LABEL]: hash },
      ...(owner.metadata.annotations === undefined ? {} : { annotations: owner.metadata.annotations }),
      ownerReferences: [controllerReference(owner)],
    },
    data,
    revision,
  };
}

/** The patch that would bring the template back. */
function dataOf({ spec }: Revised): unknown {
  return { spec: { template: { ...spec.template, $patch: 'replace' } } };
}

function inNamespaceOf({ metadata }: ApiObject): { readonly namespace?: string } {
  return metadata.namespace === undefined ? {} : { namespace: metadata.namespace };
}
