import { TEMPLATE_ANNOTATION } from '../contract/keys.ts';
import { lookUp } from '../kubernetes/objects.ts';
import type { StringMap } from '../kubernetes/objects.ts';

/**
 * What the operator writes on a DaemonSet for itself to find again: from what it was rendered. It stands outside the pod
 * template, and so changes no driver; and it stays right when somebody edits the DaemonSet's other fields.
 */
export interface RenderRecord {
  /** Hash of the pod template without the init container's image. */
  readonly hash: string;
  readonly initImage: string;
  /** For which pool, as `poolKey` names it. */
  readonly pool: string;
}

/** None of the parts can contain a space. */
export function writeRecord({ hash, initImage, pool }: RenderRecord): StringMap {
  return { [TEMPLATE_ANNOTATION]: `${hash} ${initImage} ${pool}` };
}

export function readRecord(annotations: StringMap | undefined): RenderRecord | undefined {
  const [hash, initImage, pool] = lookUp(annotations, TEMPLATE_ANNOTATION)?.split(' ') ?? [];
  if (hash === undefined || initImage === undefined || pool === undefined) return undefined;
  return { hash, initImage, pool };
}
