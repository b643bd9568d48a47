import {
  ARCH_LABEL,
  DRIVER_CONTAINER,
  KERNEL_LABEL,
  OS_ID_LABEL,
  OS_VERSION_LABEL,
} from '../contract/keys.ts';
import { lookUp } from '../kubernetes/objects.ts';
import type { StringMap } from '../kubernetes/objects.ts';
import type { Pool } from './pool.ts';

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
 * Whether a live DaemonSet is this pool's. One that NVIDIA's operator made does not select nodes by architecture; what tells is
 * the tag of its image, and with a digest, nothing.
 */
export function serves(live: LiveDaemonSet, pool: Pool): boolean {
  const selector = live.spec?.template?.spec?.nodeSelector;
  return (
    lookUp(selector, OS_ID_LABEL) === pool.osId &&
    lookUp(selector, OS_VERSION_LABEL) === pool.osVersion &&
    lookUp(selector, KERNEL_LABEL) === pool.kernel &&
    [undefined, pool.arch].includes(lookUp(selector, ARCH_LABEL) ?? imageArch(live))
  );
}

function imageArch(live: LiveDaemonSet): string | undefined {
  const driver = live.spec?.template?.spec?.containers?.find(({ name }) => name === DRIVER_CONTAINER);
  return /:[^/@]*-([a-z0-9_]+)$/.exec(driver?.image ?? '')?.[1];
}
