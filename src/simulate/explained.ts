import { REASON_ANNOTATION, SKIP_LABEL, STATE_LABEL } from '../contract/keys.ts';
import { isInProgress, parseState } from '../contract/states.ts';
import type { ApiServer, RawObject } from '../cluster/memory/api/types.ts';
import { lookUp } from '../kubernetes/objects.ts';
import { entryOf, knownCode, parseReason, type ReasonCode } from '../reasons/index.ts';
import type { World } from './world/world.ts';

const NODES = { group: '', plural: 'nodes' } as const;
const PODS = { group: '', plural: 'pods' } as const;

/** Reasons that name pods: one of those named must be on the node, or have been there a moment ago. */
const ABOUT_PODS: ReadonlySet<ReasonCode> = new Set<ReasonCode>([
  'jobs-running',
  'pods-leaving',
  'pods-stuck-terminating',
  'eviction-blocked',
  'driver-stuck-terminating',
  'driver-unscheduled',
  'driver-init-waiting',
  'driver-starting',
]);

/** How long what a node says may have been wrong, in milliseconds: it is put right in five seconds, and in twenty where it is part of every upgrade. */
const MOMENT = 25_000;

/**
 * `explained`: a node that is held up, or has failed, says by what, and what it says is so. To be asked when nothing has moved for a while.
 *
 * @param isHeldUp whether the node has been where it is for a while
 * @returns what is wrong, if anything
 */
export function unexplained(
  { api, sight }: Pick<World, 'api' | 'sight'>,
  isHeldUp: (node: string) => boolean,
  maxParallel: number,
): { readonly node: string; readonly what: string } | undefined {
  const nodes = api.list(NODES);
  const inProgress = nodes.filter((node) => isInProgress(stateOf(node))).length;
  const slotsTaken = maxParallel > 0 && inProgress >= maxParallel;
  for (const node of nodes) {
    if (!isHeldUp(node.metadata.name)) continue;
    const what = complaint({ api, sight }, node, slotsTaken);
    if (what !== undefined) return { node: node.metadata.name, what };
  }
  return undefined;
}

function complaint(
  world: Pick<World, 'api' | 'sight'>,
  node: RawObject,
  slotsTaken: boolean,
): string | undefined {
  const state = stateOf(node);
  if (state === 'none' || state === 'upgrade-done') return undefined;
  const said = lookUp(node.metadata.annotations, REASON_ANNOTATION) ?? '';
  if (said === '') {
    // A node that began to wait before this operator came says nothing of that it is its turn that it waits for.
    return state === 'upgrade-required' && slotsTaken ? undefined : `stands in ${state} and does not say why`;
  }
  const code = knownCode(parseReason(said)?.code);
  if (code === undefined) return `says "${said}", which is no reason of the list`;
  return isTrue(world, node, { code, said, slotsTaken }) ? undefined : `says "${said}", and that is not so`;
}

interface Said {
  readonly code: ReasonCode;
  readonly said: string;
  readonly slotsTaken: boolean;
}

function isTrue(
  { api, sight }: Pick<World, 'api' | 'sight'>,
  node: RawObject,
  { code, said, slotsTaken }: Said,
): boolean {
  if (stateOf(node) === 'upgrade-failed')
    return (
      entryOf(code).severity === 'failed' || code === 'node-not-ready' || code === 'recovered-waits-for-slot'
    );
  if (code === 'slot') return slotsTaken;
  if (code === 'skipped') return lookUp(node.metadata.labels, SKIP_LABEL) === 'true';
  if (!ABOUT_PODS.has(code)) return true;
  const pods = api.list(PODS, { fieldSelector: `spec.nodeName=${node.metadata.name}` });
  const names = pods.map(({ metadata }) => metadata.name);
  return [...names, ...sight.podsThatLeft(node.metadata.name, MOMENT)].some((name) => said.includes(name));
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
