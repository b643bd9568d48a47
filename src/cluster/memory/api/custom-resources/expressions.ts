import {
  celEnv,
  celMethod,
  CelScalar,
  isCelError,
  listType,
  parse,
  plan,
  type CelInput,
} from '@bufbuild/cel';
import { strings } from '@bufbuild/cel/ext';
import { regularExpression } from './regular-expressions.ts';

/** An expression in the Common Expression Language, ready to be evaluated. */
export interface Expression {
  readonly usesOldSelf: boolean;
  evaluate(variables: Readonly<Record<string, CelInput>>): Evaluation;
}

export type Evaluation = { readonly value: unknown } | { readonly error: string };

// An optional value is a list of at most one element: the language's own optional types are not known to the evaluator.
const OPTIONAL = listType(CelScalar.DYN);

const environment = celEnv({
  re2: { compile: regularExpression },
  funcs: [
    ...strings,
    celMethod('hasValue', OPTIONAL, [], CelScalar.BOOL, function () {
      return this.size > 0;
    }),
    celMethod('value', OPTIONAL, [], CelScalar.DYN, function () {
      return present(this.get(0));
    }),
    celMethod('orValue', OPTIONAL, [CelScalar.DYN], CelScalar.DYN, function (fallback) {
      return this.size > 0 ? present(this.get(0)) : fallback;
    }),
  ],
});

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('optional.none() dereference');
  return value;
}

// More than the definitions that are in use have. What is beyond is compiled again.
const MOST_KEPT = 1000;

const compiled = new Map<string, Expression>();

/** Compiles an expression, each once. What cannot be compiled is an error whenever it is evaluated. */
export function compileExpression(source: string): Expression {
  const known = compiled.get(source);
  if (known !== undefined) return known;
  const expression = compile(source);
  if (compiled.size >= MOST_KEPT) compiled.clear();
  compiled.set(source, expression);
  return expression;
}

function compile(source: string): Expression {
  try {
    const parsed = parse(source);
    const run = plan(environment, parsed);
    return {
      usesOldSelf: refersTo('oldSelf', parsed.expr),
      evaluate: (variables) => {
        const value = run(variables);
        return isCelError(value) ? { error: value.message } : { value };
      },
    };
  } catch (error) {
    const message = `compilation failed: ${error instanceof Error ? error.message : String(error)}`;
    return { usesOldSelf: false, evaluate: () => ({ error: message }) };
  }
}

/** Whether a variable occurs anywhere in an expression's syntax tree. */
function refersTo(variable: string, node: unknown): boolean {
  if (typeof node !== 'object' || node === null) return false;
  const { case: kind, value } = node as {
    readonly case?: unknown;
    readonly value?: { readonly name?: unknown };
  };
  if (kind === 'identExpr' && value?.name === variable) return true;
  return Object.values(node).some((part) => refersTo(variable, part));
}
