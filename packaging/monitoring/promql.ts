/** What a PromQL expression asks for. */
export interface Mentioned {
  readonly selectors: readonly Selector[];
  /** By which labels it groups or joins. */
  readonly groupings: readonly string[];
}

/** One metric, with what its labels must be. */
export interface Selector {
  readonly metric: string;
  readonly matchers: readonly Matcher[];
}

export interface Matcher {
  readonly label: string;
  /** The values that are named; of a regular expression, its alternatives. */
  readonly values: readonly string[];
}

const TOKENS = /"[^"]*"|\{[^}]*\}|\[[^\]]*\]|[A-Za-z_:][\w:]*|[\d.]+\w*|\S/g;
const MATCHERS = /(\w+)\s*(?:=~|!~|!=|=)\s*"([^"]*)"/g;
const OPERATORS = new Set(['and', 'or', 'unless', 'bool', 'offset', 'inf']);
const GROUPING = new Set(['by', 'without', 'on', 'ignoring', 'group_left', 'group_right']);

/**
 * The metrics and labels that an expression names: no parser, for promtool has one, but enough to find a name that nobody exports.
 *
 * @see https://prometheus.io/docs/prometheus/latest/querying/basics/
 */
export function mentionedIn(expression: string): Mentioned {
  const tokens = expression.match(TOKENS) ?? [];
  const selectors: Selector[] = [];
  const groupings: string[] = [];
  let grouping = false;
  tokens.forEach((token, index) => {
    const next = tokens[index + 1] ?? '';
    if (GROUPING.has(token)) grouping = true;
    else if (token === ')') grouping = false;
    else if (!isName(token) || isApplied(next)) return;
    else if (grouping) groupings.push(token);
    else selectors.push({ metric: token, matchers: next.startsWith('{') ? matchersIn(next) : [] });
  });
  return { selectors, groupings };
}

/** Of a metric or a label, or of a function. */
function isName(token: string): boolean {
  return /^[A-Za-z_:]/.test(token) && !OPERATORS.has(token);
}

/** What stands before it is a function or an aggregation: `max(`, `max by`. */
function isApplied(next: string): boolean {
  return next === '(' || GROUPING.has(next);
}

function matchersIn(braces: string): readonly Matcher[] {
  return [...braces.matchAll(MATCHERS)].map(([, label = '', value = '']) => ({
    label,
    values: value.split('|'),
  }));
}
