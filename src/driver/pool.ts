import {
  ARCH_LABEL,
  KERNEL_LABEL,
  NIC_PRESENT_LABEL,
  OS_ID_LABEL,
  OS_VERSION_LABEL,
  POOL_LABELS,
} from '../contract/keys.ts';
import { lookUp } from '../kubernetes/objects.ts';
import type { StringMap } from '../kubernetes/objects.ts';

/**
 * Nodes that one driver image fits: they have their own DaemonSet.
 *
 * @see docs/contract.md, "The driver DaemonSet"
 */
export interface Pool {
  readonly osId: string;
  readonly osVersion: string;
  readonly kernel: string;
  readonly arch: string;
}

export type NodePool =
  | { readonly pool: Pool }
  /** The node has a NIC, but these labels are not there yet, or are empty: Node Feature Discovery has not looked at it. */
  | { readonly missing: readonly string[] };

/** To which pool a node belongs, from its labels; undefined if it has no NVIDIA NIC. */
export function poolOf(labels: StringMap | undefined): NodePool | undefined {
  if (lookUp(labels, NIC_PRESENT_LABEL) !== 'true') return undefined;
  const read = (label: string) => lookUp(labels, label) ?? '';
  const missing = POOL_LABELS.filter((label) => read(label) === '');
  if (missing.length > 0) return { missing };
  return {
    pool: {
      osId: read(OS_ID_LABEL),
      osVersion: read(OS_VERSION_LABEL),
      kernel: read(KERNEL_LABEL),
      arch: read(ARCH_LABEL),
    },
  };
}

/** Distinguishes a pool from all others; also a name for it that people can read. */
export function poolKey({ osId, osVersion, kernel, arch }: Pool): string {
  return `${osId}${osVersion}/${kernel}/${arch}`;
}

/** The labels of exactly this pool's nodes. */
export function nodeSelectorOf(pool: Pool): StringMap {
  return {
    [NIC_PRESENT_LABEL]: 'true',
    [OS_ID_LABEL]: pool.osId,
    [OS_VERSION_LABEL]: pool.osVersion,
    [KERNEL_LABEL]: pool.kernel,
    [ARCH_LABEL]: pool.arch,
  };
}
