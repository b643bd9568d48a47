import { REASON_ANNOTATION, SKIP_LABEL, STATE_LABEL } from '../contract/keys.ts';
import { isInProgress, parseState } from '../contract/states.ts';
import type { ApiServer, RawObject } from '../cluster/memory/api/types.ts';
import { lookUp } from '../kubernetes/objects.ts';

const NODES = { group: '', plural: 'nodes' } as const;
const PODS = { group: '', plural: 'pods' } as const;

/** Reasons that name pods: one of those named must be on the node. */
const ABOUT_PODS = /^(jobs-running|eviction-blocked|pods-leaving|drain-refused): /;

/**
 * `explained`: a node that is held up, or has failed, says by what, and what it says is so. To be asked when nothing has moved for a while.
 *
 * @param isHeldUp whether the node has been where it is for a while
 * @returns what is wrong, if anything
 */
export function unexplained(
  api: ApiServer,
  isHeldUp: (node: string) => boolean,
  maxParallel: number,
): { readonly node: string; readonly what: string } | undefined {
  const nodes = api.list(NODES);
  const inProgress = nodes.filter((node) => isInProgress(stateOf(node))).length;
  const slotsTaken = maxParallel > 0 && inProgress >= maxParallel;
  for (const node of nodes) {
    if (!isHeldUp(node.metadata.name)) continue;
    const what = complaint(api, node, slotsTaken);
    if (what !== undefined) return { node: node.metadata.name, what };
  }
  return undefined;
}

function complaint(api: ApiServer, node: RawObject, slotsTaken: boolean): string | undefined {
  const state = stateOf(node);
  if (state === 'none' || state === 'upgrade-done') return undefined;
  const reason = lookUp(node.metadata.annotations, REASON_ANNOTATION) ?? '';
  if (reason === '') {
    // That all slots are taken stands in the policy's status, once for all nodes that wait for one.
    return state === 'upgrade-required' && slotsTaken ? undefined : `stands in ${state} and does not say why`;
  }
  if (state === 'upgrade-failed' || !ABOUT_PODS.test(reason)) return undefined;
  const pods = api.list(PODS, { fieldSelector: `spec.nodeName=${node.metadata.name}` });
  return pods.some(({ metadata }) => reason.includes(metadata.name))
    ? undefined
    : `says "${reason}", and there is no such pod on it`;
}

/** Nodes that the upgrade has to do with and that are not at its end, for people. */
export function unfinished(api: ApiServer): readonly string[] {
  return api
    .list(NODES)
    .filter((node) => lookUp(node.metadata.labels, SKIP_LABEL) !== 'true')
    .filter((node) => !['none', 'upgrade-done'].includes(stateOf(node)))
    .map(
      (node) =>
        `${node.metadata.name} in ${stateOf(node)}: ${lookUp(node.metadata.annotations, REASON_ANNOTATION) ?? 'no reason'}`,
    );
}

function stateOf({ metadata }: RawObject): ReturnType<typeof parseState> {
  return parseState(lookUp(metadata.labels, STATE_LABEL));
}
