/** Puts colours, given as SGR parameters, around a text. */
export type Paint = (text: string, colour: string) => string;

/** For terminals that can. */
export const inColour: Paint = (text, colour) => (text === '' ? '' : `\u001b[${colour}m${text}\u001b[0m`);

/** For everything else, and for tests. */
export const plain: Paint = (text) => text;

export const BOLD = '1';
export const DIM = '2';
export const GREEN = '32';
export const RED = '31';
export const YELLOW = '33';

/** Exactly so many columns of a text: what does not fit is cut off, with a sign that it was. */
export function fit(text: string, width: number): string {
  return cut(text, width).padEnd(width);
}

/** At most so many columns of a text. */
export function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}

/** At most so many columns of a text whose last sentence says what can be done: if need be, what is before it is cut off. */
export function abridge(text: string, width: number): string {
  const advice = text.slice(text.lastIndexOf('. ') + 2);
  if (text.length <= width || 2 * advice.length > width) return cut(text, width);
  return `${cut(text, width - advice.length - 1)} ${advice}`;
}

/** `7.4 s` */
export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

/** `1 pod`, `2 pods` */
export function plural(count: number, noun: string, many = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : many}`;
}

/** A text in lines of at most so many columns, broken between words. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (line === undefined || line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines;
}

/** A text whose lines but the first are indented by as much as a mark before the first takes. */
export function hanging(mark: string, text: string, width: number): readonly string[] {
  const indent = ' '.repeat(mark.length);
  return wrap(text, width - mark.length).map((line, index) => `${index === 0 ? mark : indent}${line}`);
}
