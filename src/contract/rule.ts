import type { z } from 'zod';

/** A rule of the API server: an expression in CEL, and what a person reads when it does not hold. */
export interface CelRule {
  readonly rule: string;
  readonly message: string;
  /** The field that the message is about, if it lies deeper than the rule: `.global.version`. */
  readonly fieldPath?: string;
}

/** The key under which a schema carries its rules, in zod's metadata as in the CRD. */
export const RULES_KEY = 'x-kubernetes-validations';

export interface Rule<T> {
  /** The same test twice: for the API server, in CEL, where the value is `self`… */
  readonly cel: string;
  /** …and for whoever parses an object that no API server has held to it. */
  readonly test: (value: T) => boolean;
  readonly message: string;
  readonly path?: readonly string[];
}

/**
 * Adds rules to a schema, for the parser and for the CRD at once, along with the field's description.
 *
 * @see https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#validation-rules
 */
export function ruled<S extends z.ZodType>(
  schema: S,
  description: string,
  rules: readonly Rule<z.output<S>>[],
): S {
  const checked = rules.reduce<S>(
    (so, { test, message, path }) => so.refine((value) => test(value), { message, path: [...(path ?? [])] }),
    schema,
  );
  return checked.meta({ description, [RULES_KEY]: rules.map(toCel) });
}

function toCel({ cel, message, path }: Omit<Rule<never>, 'test'>): CelRule {
  return {
    rule: cel,
    message,
    ...(path !== undefined && { fieldPath: path.map((field) => `.${field}`).join('') }),
  };
}

/** A pattern as a CEL string: raw, so that backslashes are the pattern's own. */
export function celPattern(pattern: RegExp): string {
  return `r'${pattern.source.replaceAll('\\/', '/')}'`;
}
