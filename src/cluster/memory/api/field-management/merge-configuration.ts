import { isDeepStrictEqual } from 'node:util';
import { isJsonObject, setField, type Json } from '../json.ts';
import type { FieldSchema } from '../list-keys.ts';
import { elementsOf, isGranular } from './elements.ts';

/**
 * A live value with an applied configuration merged into it: what the configuration names is as it says, all else as it was.
 *
 * @returns `live` itself if it is so already
 */
export function mergeConfiguration(live: unknown, config: unknown, schema: FieldSchema): unknown {
  if (isGranular(live, schema) && isGranular(config, schema)) {
    if (Array.isArray(live) && Array.isArray(config)) return mergeLists(live, config, schema);
    if (isJsonObject(live) && isJsonObject(config)) return mergeFields(live, config, schema);
  }
  return isDeepStrictEqual(live, config) ? live : config;
}

function mergeFields(live: Json, config: Json, schema: FieldSchema): Json {
  let copy: Record<string, unknown> | undefined;
  for (const [name, wanted] of Object.entries(config)) {
    if (wanted === undefined || schema.unowned?.has(name) === true) continue;
    const old = Object.hasOwn(live, name) ? live[name] : undefined;
    const value = mergeConfiguration(old, wanted, schema.field(name));
    if (value !== old) setField((copy ??= { ...live }), name, value);
  }
  return copy ?? live;
}

function mergeLists(
  live: readonly unknown[],
  config: readonly unknown[],
  schema: FieldSchema,
): readonly unknown[] {
  const [old, wanted] = [elementsOf(live, schema), elementsOf(config, schema)];
  const merged = mergedOrder([...old.keys()], [...wanted.keys()]).map((segment) =>
    wanted.has(segment)
      ? mergeConfiguration(old.get(segment), wanted.get(segment), schema.items)
      : old.get(segment),
  );
  const isSame = merged.length === live.length && merged.every((element, index) => element === live[index]);
  return isSame ? live : merged;
}

/**
 * The order of a merged list: the configuration's elements in its order, the other live ones where they are between those.
 *
 * @see https://github.com/kubernetes-sigs/structured-merge-diff/blob/master/typed/merge.go
 */
function mergedOrder(live: readonly string[], config: readonly string[]): readonly string[] {
  const inConfig = new Set(config);
  const inLive = new Set(live);
  const shared = config.filter((segment) => inLive.has(segment));
  const order: string[] = [];
  let next = 0;
  let nextShared = 0;
  /** Up to and including an element of the configuration. */
  const take = (segment: string): void => {
    while (next < config.length) {
      const taken = config[next++] ?? '';
      order.push(taken);
      if (taken === segment) return;
    }
  };
  for (const segment of live) {
    if (!inConfig.has(segment)) order.push(segment);
    else if (segment === shared[nextShared]) {
      nextShared += 1;
      take(segment);
    }
  }
  order.push(...config.slice(next));
  return order;
}
