import { RE2JS } from '@bufbuild/re2';

// More than any schema has. What is beyond is compiled again.
const MOST_KEPT = 1000;

const compiled = new Map<string, RE2JS>();

/**
 * A regular expression in Go's syntax, in which Kubernetes has its patterns. Each is compiled once.
 *
 * @throws Error if it is none
 * @see https://github.com/google/re2/wiki/Syntax
 */
export function regularExpression(pattern: string): RE2JS {
  const known = compiled.get(pattern);
  if (known !== undefined) return known;
  const expression = RE2JS.compile(pattern);
  if (compiled.size >= MOST_KEPT) compiled.clear();
  compiled.set(pattern, expression);
  return expression;
}
