import { LabelSelectorError, parseLabelSelector } from '../../../kubernetes/label-selector-parser.ts';
import { matchesLabels, type LabelSelector } from '../../../kubernetes/label-selector.ts';
import { parseFieldSelector, type FieldLabels, type FieldTerm } from './field-selector.ts';
import { badRequest } from './refusals.ts';
import type { RawObject, Selection } from './types.ts';

/** A selection, made ready to be asked about many objects. */
export interface Filter {
  readonly namespace: string | undefined;
  /** The value that a field must have, for those who have an index of it. */
  wanted(label: string): string | undefined;
  matches(object: RawObject): boolean;
}

/** @throws StatusError 400 if a selector cannot be understood */
export function filterOf(selection: Selection, labels: FieldLabels): Filter {
  const namespace = selection.namespace || undefined;
  const byLabel = labelSelector(selection.labelSelector ?? '');
  const byField = parseFieldSelector(selection.fieldSelector ?? '', labels);
  return {
    namespace,
    wanted: (label) => byField.find((term) => term.equal && term.label === label)?.value,
    matches: (object) =>
      (namespace === undefined || object.metadata.namespace === namespace) &&
      (byField.length === 0 || matchesFields(byField, labels, object)) &&
      (byLabel.length === 0 || matchesLabels(byLabel, object.metadata.labels)),
  };
}

function labelSelector(text: string): LabelSelector {
  try {
    return parseLabelSelector(text);
  } catch (error) {
    if (error instanceof LabelSelectorError)
      throw badRequest(`unable to parse requirement: ${error.message}`);
    throw error;
  }
}

function matchesFields(terms: readonly FieldTerm[], labels: FieldLabels, object: RawObject): boolean {
  return terms.every(({ label, equal, value }) => (labels.get(label)?.(object) === value) === equal);
}
