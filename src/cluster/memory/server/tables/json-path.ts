import { isJsonObject, itemsOf } from '../../api/json.ts';

/** Reads one value out of an object; undefined if it is not there. */
export type JsonPath = (object: unknown) => unknown;

type Step = (value: unknown) => readonly unknown[];

/**
 * A path as the columns of custom resources have it: `.spec.a`, `.metadata.labels['a/b']`, `.items[0]`, `.items[*].name`,
 * `.conditions[?(@.type=="Ready")].status`. Of several values it reads the first.
 *
 * @returns undefined if the path is not understood
 * @see https://kubernetes.io/docs/reference/kubectl/jsonpath/
 */
export function parseJsonPath(path: string): JsonPath | undefined {
  const steps: Step[] = [];
  for (let rest = path.trim(); rest !== '';) {
    const [text, step] = nextStep(rest);
    if (step === undefined) return undefined;
    steps.push(step);
    rest = rest.slice(text.length);
  }
  return (object) => steps.reduce<readonly unknown[]>((values, step) => values.flatMap(step), [object])[0];
}

function nextStep(path: string): readonly [text: string, step: Step | undefined] {
  for (const { pattern, step } of STEPS) {
    const [text, ...groups] = pattern.exec(path) ?? [];
    if (text !== undefined) return [text, step(...groups)];
  }
  return ['', undefined];
}

interface StepSyntax {
  readonly pattern: RegExp;
  readonly step: (...groups: readonly string[]) => Step;
}

const STEPS: readonly StepSyntax[] = [
  // A dot within a key has a backslash before it.
  { pattern: /^\.((?:[^.[\]\\\s]|\\.)+)/, step: (key = '') => field(key.replaceAll(/\\(.)/g, '$1')) },
  { pattern: /^\[['"]([^'"\]]+)['"]\]/, step: (key = '') => field(key) },
  { pattern: /^\[(-?\d+)\]/, step: (index) => (value) => defined(itemsOf(value).at(Number(index))) },
  { pattern: /^\[\*\]/, step: () => itemsOf },
  {
    pattern: /^\[\?\(\s*@\.([^\s=]+)\s*==\s*['"]([^'"]*)['"]\s*\)\]/,
    step: (path = '', wanted) => where(path, wanted),
  },
  { pattern: /^\.$/, step: () => (value) => [value] },
];

function field(key: string): Step {
  return (value) => (isJsonObject(value) && Object.hasOwn(value, key) ? defined(value[key]) : []);
}

function where(path: string, wanted: string | undefined): Step {
  const read = parseJsonPath(`.${path}`);
  return (value) => itemsOf(value).filter((item) => read?.(item) === wanted);
}

function defined(value: unknown): readonly unknown[] {
  return value === undefined ? [] : [value];
}
