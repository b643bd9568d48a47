/** A text that is no label selector; the message says what is wrong and where. */
export class LabelSelectorError extends Error {
  override readonly name = 'LabelSelectorError';
}

const SIGNS = ['==', '!=', '=', '!', '(', ')', ',', '>', '<'] as const;

export interface Token {
  readonly kind: (typeof SIGNS)[number] | 'in' | 'notin' | 'word' | 'end';
  readonly text: string;
  /** Index of its first character in the selector. */
  readonly at: number;
}

/** Splits a label selector into words and signs. A word ends at white space or at a sign, and at nothing else. */
export function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = [];
  // Whatever is neither white space nor a sign is part of a word, so every character of any text is matched.
  for (const match of text.matchAll(/[ \t\r\n]+|==|!=|[=!(),<>]|[^ \t\r\n=!(),<>]+/g)) {
    const [found] = match;
    if (!/^[ \t\r\n]/.test(found)) tokens.push({ kind: kindOf(found), text: found, at: match.index });
  }
  return tokens;
}

function kindOf(text: string): Token['kind'] {
  if (text === 'in' || text === 'notin') return text;
  return SIGNS.find((sign) => sign === text) ?? 'word';
}
