import type { Budget } from '../../reasons/index.ts';

/**
 * Which PodDisruptionBudget refused an eviction, from what the API server said of it: it names the budget in its words alone. They come
 * from elsewhere, and are believed only where they hold what can be the name of an object.
 *
 * @see https://github.com/kubernetes/kubernetes/blob/v1.36.0/pkg/registry/core/pod/storage/eviction.go
 */
export function refusingBudget(said: string): Budget | undefined {
  const [, name, needs, has] =
    /\bdisruption budget ([a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?) (?:needs (\d{1,9}) healthy pods and has (\d{1,9}) currently|does not allow|is still being)/.exec(
      said,
    ) ?? [];
  if (name === undefined) return undefined;
  if (needs === undefined || has === undefined) return { name };
  return { name, needsHealthy: Number(needs), hasHealthy: Number(has) };
}
