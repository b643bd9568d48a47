import type { LabelSelector, Requirement } from './label-selector.ts';
import { labelKeyProblem, labelValueProblem } from './names.ts';
import { LabelSelectorError, tokenize } from './label-selector-tokens.ts';
import type { Token } from './label-selector-tokens.ts';

export { LabelSelectorError };

/**
 * Reads a label selector as `kubectl` does: `a=b`, `a==b`, `a!=b`, `a in (x,y)`, `a notin (x,y)`, `a`, `!a`, `a>1`, `a<1`,
 * joined by commas. An empty text selects everything.
 *
 * @throws LabelSelectorError that says what is wrong and where
 * @see https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
 */
export function parseLabelSelector(text: string): LabelSelector {
  const reader = new Reader(text);
  if (reader.peek().kind === 'end') return [];
  const requirements = [readRequirement(reader)];
  while (reader.take('an operator such as = or in, a comma or the end', isSeparator).kind === ',') {
    requirements.push(readRequirement(reader));
  }
  return requirements;
}

/** Walks over the words and signs of one selector. */
class Reader {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  #next = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = tokenize(text);
  }

  peek(): Token {
    return this.#tokens[this.#next] ?? { kind: 'end', text: '', at: this.#text.length };
  }

  take(expected: string, accept: (token: Token) => boolean): Token {
    const token = this.peek();
    if (!accept(token)) throw this.error(token, `expected ${expected}, found ${nameOf(token)}`);
    this.#next += 1;
    return token;
  }

  takeIf(kind: Token['kind']): Token | undefined {
    return this.peek().kind === kind ? this.take(kind, () => true) : undefined;
  }

  error(token: Token, problem: string): LabelSelectorError {
    return new LabelSelectorError(
      `label selector ${JSON.stringify(this.#text)}, character ${token.at + 1}: ${problem}`,
    );
  }
}

function readRequirement(reader: Reader): Requirement {
  const negated = reader.takeIf('!') !== undefined;
  const key = readKey(reader);
  if (negated) return { key, operator: 'doesNotExist' };
  const next = reader.peek();
  switch (next.kind) {
    case '=':
    case '==':
      return { key, operator: 'in', values: [readOperand(reader)] };
    case '!=':
      return { key, operator: 'notIn', values: [readOperand(reader)] };
    case '>':
      return { key, operator: 'greaterThan', value: readNumber(reader) };
    case '<':
      return { key, operator: 'lessThan', value: readNumber(reader) };
    case 'in':
      return { key, operator: 'in', values: readSet(reader) };
    case 'notin':
      return { key, operator: 'notIn', values: readSet(reader) };
    default:
      return { key, operator: 'exists' };
  }
}

function readKey(reader: Reader): string {
  const token = reader.take('a label key', (found) => found.kind === 'word');
  const problem = labelKeyProblem(token.text);
  if (problem !== undefined) throw reader.error(token, `${nameOf(token)} is not a label key: ${problem}`);
  return token.text;
}

/** The value after an operator, which may be left out and is then empty. */
function readOperand(reader: Reader): string {
  reader.take('an operator', () => true);
  return isSeparator(reader.peek()) ? '' : readValue(reader);
}

function readNumber(reader: Reader): number {
  const operator = reader.take('an operator', () => true);
  const token = reader.take(`a whole number after "${operator.text}"`, (found) =>
    /^[0-9]+$/.test(found.text),
  );
  const value = Number(token.text);
  if (!Number.isSafeInteger(value)) throw reader.error(token, `${token.text} is too large to compare with`);
  return value;
}

function readSet(reader: Reader): readonly string[] {
  const operator = reader.take('an operator', () => true);
  reader.take(`"(" after "${operator.text}"`, (found) => found.kind === '(');
  if (reader.peek().kind === ')')
    throw reader.error(reader.peek(), `"${operator.text} ()" names no value: write at least one`);
  const values: string[] = [];
  do {
    values.push(isInSet(reader.peek()) ? readValue(reader) : '');
  } while (reader.take('"," or ")"', (found) => found.kind === ',' || found.kind === ')').kind === ',');
  return values;
}

/** Where a value is due, `in` and `notin` are words like any other. */
function readValue(reader: Reader): string {
  const token = reader.take('a label value', isWord);
  const problem = labelValueProblem(token.text);
  if (problem !== undefined) throw reader.error(token, `${nameOf(token)} is not a label value: ${problem}`);
  return token.text;
}

function isWord(token: Token): boolean {
  return token.kind === 'word' || token.kind === 'in' || token.kind === 'notin';
}

function isInSet(token: Token): boolean {
  return token.kind !== ',' && token.kind !== ')';
}

function isSeparator(token: Token): boolean {
  return token.kind === ',' || token.kind === 'end';
}

function nameOf(token: Token): string {
  return token.kind === 'end' ? 'the end' : JSON.stringify(token.text);
}
