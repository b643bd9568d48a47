import { matchesLabels } from '../../../kubernetes/label-selector.ts';
import type { LabelSelector } from '../../../kubernetes/label-selector.ts';
import type { StringMap } from '../../../kubernetes/objects.ts';
import { selectorOfObject } from '../api/label-selector-object.ts';
import type { SelectorObject } from './objects.ts';

const NOTHING: LabelSelector = [{ key: '', operator: 'exists' }];
const known = new WeakMap<SelectorObject, LabelSelector>();

/** Whether a selector that stands in an object selects these labels. An absent one selects nothing, an empty one everything. */
export function selects(selector: SelectorObject | undefined, labels: StringMap | undefined): boolean {
  if (selector === undefined) return false;
  let requirements = known.get(selector);
  if (requirements === undefined) known.set(selector, (requirements = selectorOfObject(selector) ?? NOTHING));
  return matchesLabels(requirements, labels);
}
