import {
  ARCH_LABEL,
  DRIVER_CONTAINER,
  KERNEL_LABEL,
  OS_ID_LABEL,
  OS_VERSION_LABEL,
} from '../contract/keys.ts';
import { lookUp } from '../kubernetes/objects.ts';
import type { StringMap } from '../kubernetes/objects.ts';
import { poolKey } from './pool.ts';
import type { Pool } from './pool.ts';
import { readRecord } from './record.ts';

/** What is read of a DaemonSet that is in the cluster already, whichever operator made it. */
export interface LiveDaemonSet {
  readonly metadata: { readonly name: string; readonly annotations?: StringMap };
  readonly spec?: {
    readonly template?: {
      readonly spec?: {
        readonly nodeSelector?: StringMap;
        readonly containers?: readonly { readonly name: string; readonly image?: string }[];
      };
    };
  };
}

/**
 * Whether a live DaemonSet with a name that this pool's could have is this pool's. A DaemonSet that NVIDIA's operator made does
 * not select nodes by architecture; what tells is the tag of its image, and with a digest, nothing.
 */
export function serves(live: LiveDaemonSet, pool: Pool): boolean {
  const record = readRecord(live.metadata.annotations);
  if (record !== undefined) return record.pool === poolKey(pool);
  const selector = live.spec?.template?.spec?.nodeSelector;
  const agrees = (value: string | undefined, wanted: string) => value === undefined || value === wanted;
  return (
    agrees(lookUp(selector, OS_ID_LABEL), pool.osId) &&
    agrees(lookUp(selector, OS_VERSION_LABEL), pool.osVersion) &&
    agrees(lookUp(selector, KERNEL_LABEL), pool.kernel) &&
    agrees(lookUp(selector, ARCH_LABEL) ?? imageArch(live), pool.arch)
  );
}

function imageArch(live: LiveDaemonSet): string | undefined {
  const driver = live.spec?.template?.spec?.containers?.find(({ name }) => name === DRIVER_CONTAINER);
  return /:[^/@]*-([a-z0-9_]+)$/.exec(driver?.image ?? '')?.[1];
}
