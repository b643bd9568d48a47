import type { DriverSpec } from '../contract/policy.ts';
import { isDigest } from '../contract/version.ts';
import type { Pool } from './pool.ts';

/**
 * The driver image for a pool.
 *
 * A digest names one image, whatever the pool. With `forcePrecompiled` only images with a driver that was compiled for the
 * pool's kernel are allowed, so that one's tag is taken; whether the registry has it shows when a node pulls it.
 *
 * @see docs/contract.md, "The driver DaemonSet"
 */
export function imageOf(driver: DriverSpec, pool: Pool): string {
  const image = `${driver.repository}/${driver.image}`;
  if (isDigest(driver.version)) return `${image}@${driver.version.toLowerCase()}`;
  const system = `${pool.osId}${pool.osVersion}-${pool.arch}`;
  return driver.forcePrecompiled
    ? `${image}:${driver.version}-${pool.kernel}-${system}`
    : `${image}:${driver.version}-${system}`;
}
