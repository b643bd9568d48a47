import { UsageError } from '../../cli/usage-error.ts';
import { hasCode } from '../../cluster/errors.ts';
import { seenNodes } from './resources.ts';
import type { Access } from './scene.ts';

/**
 * The names of the nodes that a label selector selects.
 *
 * @throws UsageError if the API server does not understand it; ApiError
 */
export async function labelledNodes(
  { cluster, signal }: Access,
  labelSelector: string,
): Promise<ReadonlySet<string>> {
  try {
    const { items } = await cluster.list(seenNodes, { labelSelector }, { signal });
    return new Set(items.map(({ name }) => name));
  } catch (error) {
    if (hasCode(error, 'invalid')) throw new UsageError(`--selector: ${error.message}`, { cause: error });
    throw error;
  }
}
