import { generalProblem, type Problem } from './problems.ts';
import type { Schema } from './schema.ts';

/** What is wrong with a value by another schema. */
type BySchema = (schema: Schema) => readonly Problem[];

/** How a value is not as the schemas say that a schema combines. */
export function combinationProblems(schema: Schema, path: string, bySchema: BySchema): readonly Problem[] {
  const { allOf, anyOf, oneOf, not } = schema;
  const quoted = JSON.stringify(path);
  return [
    ...allOfProblems(allOf.map(bySchema), quoted),
    ...anyOfProblems(anyOf.map(bySchema), quoted),
    ...oneOfProblems(oneOf.map(bySchema), quoted),
    ...(not !== undefined && bySchema(not).length === 0
      ? [generalProblem(`${quoted} must not validate the schema (not)`)]
      : []),
  ];
}

type Alternatives = readonly (readonly Problem[])[];

function allOfProblems(found: Alternatives, path: string): readonly Problem[] {
  const problems = found.flat();
  return problems.length === 0
    ? []
    : [...problems, generalProblem(`${path} must validate all the schemas (allOf)`)];
}

function anyOfProblems(found: Alternatives, path: string): readonly Problem[] {
  const [first] = found;
  if (first === undefined || found.some(isNone)) return [];
  return [generalProblem(`${path} must validate at least one schema (anyOf)`), ...first];
}

function oneOfProblems(found: Alternatives, path: string): readonly Problem[] {
  const [first] = found;
  const matches = found.filter(isNone).length;
  if (first === undefined || matches === 1) return [];
  const sentence = `${path} must validate one and only one schema (oneOf).`;
  if (matches > 1) return [generalProblem(`${sentence} Found ${matches} valid alternatives`)];
  return [generalProblem(`${sentence} Found none valid`), ...first];
}

function isNone(problems: readonly Problem[]): boolean {
  return problems.length === 0;
}
