import { parsePolicy } from '../../contract/policy.ts';
import { imageOf, poolKey, poolOf, type Pool } from '../../driver/index.ts';
import type { Snapshot } from '../../rehearsal/index.ts';
import type { AskForImage, ImageAnswer } from '../gather/registry.ts';

/** A driver image that the nodes of a pool would need. */
export interface NeededImage {
  readonly image: string;
  readonly answer: ImageAnswer;
}

const ANSWER_UNASKED: ImageAnswer = { state: 'unknown', why: 'it was not asked for' };

/** The driver images that the policy asks for, and whether their registry has them. @param ask undefined: it is not asked */
export async function neededImages(
  { policy, nodes }: Pick<Snapshot, 'policy' | 'nodes'>,
  ask: AskForImage | undefined,
  signal: AbortSignal,
): Promise<readonly NeededImage[]> {
  const parsed = parsePolicy(policy);
  const driver = parsed.ok ? parsed.policy.driver : undefined;
  if (driver === undefined) return [];
  const pools = new Map<string, Pool>();
  for (const { metadata } of nodes) {
    const found = poolOf(metadata.labels);
    if (found !== undefined && 'pool' in found) pools.set(poolKey(found.pool), found.pool);
  }
  const images = new Set([...pools.values()].map((pool) => imageOf(driver, pool)));
  return await Promise.all(
    [...images].map(async (image) => ({ image, answer: (await ask?.(image, signal)) ?? ANSWER_UNASKED })),
  );
}
