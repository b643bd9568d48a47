import type { Condition } from './objects.ts';

/** The condition of a type, if there is one. */
export function conditionOf(
  conditions: readonly Condition[] | undefined,
  type: string,
): Condition | undefined {
  return conditions?.find((condition) => condition.type === type);
}

/**
 * The conditions with one of them as it is now. Since when it has its status is kept for as long as that stays the same.
 *
 * @returns `conditions` itself if nothing changes
 */
export function withCondition(
  conditions: readonly Condition[] | undefined,
  wanted: Condition,
  now: string,
): readonly Condition[] {
  const old = conditionOf(conditions, wanted.type);
  const lastTransitionTime = old?.status === wanted.status ? (old.lastTransitionTime ?? now) : now;
  const condition = { ...wanted, lastTransitionTime };
  if (old === undefined) return [...(conditions ?? []), condition];
  if (isSame(old, condition)) return conditions ?? [];
  return (conditions ?? []).map((other) => (other === old ? condition : other));
}

function isSame(a: Condition, b: Condition): boolean {
  return a.status === b.status && a.reason === b.reason && a.message === b.message;
}
