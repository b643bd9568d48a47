import type { z } from 'zod';

/** One sentence for people: which field of a policy is wrong, and what to write instead. */
export function explainProblem(error: z.ZodError): string {
  const [issue] = error.issues;
  if (issue === undefined) return 'the policy cannot be read';
  const field = issue.path.reduce<string>(
    (path, step) =>
      typeof step === 'number' ? `${path}[${step}]` : `${path}${path === '' ? '' : '.'}${String(step)}`,
    '',
  );
  return `${field === '' ? 'the policy' : field} ${issue.message}`;
}

/** Says what zod finds by itself in the words of {@link explainProblem}. Messages that a schema brings along come first. */
export function describeIssue(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined
        ? `is required: write ${nameOf(issue.expected)}`
        : `must be ${nameOf(issue.expected)}, not ${JSON.stringify(issue.input)}`;
    case 'too_big':
      return `is too large: the most is ${String(issue.maximum)}${issue.origin === 'string' ? ' characters' : ''}`;
    case 'too_small':
      return issue.origin === 'string'
        ? 'must not be empty'
        : `is too small: the least is ${String(issue.minimum)}`;
    default:
      return `is not valid: ${JSON.stringify(issue.input)}`;
  }
}

function nameOf(type: string): string {
  return NAMES.get(type) ?? `a value of type ${type}`;
}

const NAMES: ReadonlyMap<string, string> = new Map([
  ['string', 'a text'],
  ['int', 'a whole number'],
  ['number', 'a whole number'],
  ['boolean', 'true or false'],
  ['array', 'a list'],
  ['object', 'a section with fields'],
  ['record', 'a section with fields'],
]);
