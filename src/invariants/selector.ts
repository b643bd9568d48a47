import { lookUp, type StringMap } from '../kubernetes/objects.ts';

/** Whether labels match. */
export type Selector = (labels: StringMap) => boolean;

/** `key in (a, b)` and `key notin (a, b)`. */
const SET = /^(?<key>[^\s,()!=]+)\s+(?<operator>in|notin)\s*\((?<values>[^)]*)\)$/;
const EQUALITY = /^(?<key>[^\s,()!=]+)\s*(?<operator>==|!=|=)\s*(?<value>[^\s,()!=]*)$/;
const PRESENCE = /^(?<absent>!?)\s*(?<key>[^\s,()!=]+)$/;

/**
 * Reads a label selector as people write it: `app=web,tier!=test,zone in (a, b),!gone`. This is a reading of its own, so that a
 * mistake in the operator's shows.
 *
 * @throws Error if it is not a selector
 */
export function parseSelector(text: string): Selector {
  const requirements = splitRequirements(text).map(parseRequirement);
  return (labels) => requirements.every((matches) => matches(labels));
}

/** A selector as the API has it in `matchLabels` and `matchExpressions`; absent, it matches nothing. */
export function selectorOf(raw: LabelSelectorObject | undefined): Selector {
  if (raw === undefined) return () => false;
  const labelsMatch = labelsSelector(raw.matchLabels ?? {});
  const expressions = (raw.matchExpressions ?? []).map(({ key, operator, values = [] }) =>
    expression(key, operator, values),
  );
  return (labels) => labelsMatch(labels) && expressions.every((matches) => matches(labels));
}

/** Matches labels that contain all of `wanted`: what a nodeSelector does. */
export function labelsSelector(wanted: StringMap): Selector {
  return (labels) => Object.entries(wanted).every(([key, value]) => lookUp(labels, key) === value);
}

/** A LabelSelector object of the API. */
export interface LabelSelectorObject {
  readonly matchLabels?: StringMap;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}

function expression(key: string, operator: string, values: readonly string[]): Selector {
  return (labels) => {
    const value = lookUp(labels, key);
    switch (operator.toLowerCase()) {
      case 'in':
        return value !== undefined && values.includes(value);
      case 'notin':
        return value === undefined || !values.includes(value);
      case 'exists':
        return value !== undefined;
      case 'doesnotexist':
        return value === undefined;
      default:
        throw new Error(`unknown operator ${operator} in a label selector`);
    }
  };
}

/** Splits at the commas that stand outside parentheses. */
function splitRequirements(text: string): string[] {
  return text
    .split(/,(?![^(]*\))/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function parseRequirement(text: string): Selector {
  const set = groupsOf(SET, text);
  if (set !== undefined) {
    const values = set('values')
      .split(',')
      .map((value) => value.trim());
    return expression(set('key'), set('operator'), values);
  }
  const equality = groupsOf(EQUALITY, text);
  if (equality !== undefined) {
    const operator = equality('operator') === '!=' ? 'notin' : 'in';
    return expression(equality('key'), operator, [equality('value')]);
  }
  const presence = groupsOf(PRESENCE, text);
  if (presence === undefined) throw new Error(`not a label selector: ${text}`);
  return expression(presence('key'), presence('absent') === '!' ? 'doesnotexist' : 'exists', []);
}

/** Reads the named parts of a match; undefined if there is none. */
function groupsOf(pattern: RegExp, text: string): ((name: string) => string) | undefined {
  const groups = pattern.exec(text)?.groups;
  return groups === undefined ? undefined : (name) => groups[name] ?? '';
}
