import type { Look } from './terminal.ts';

export type Paint = (text: string) => string;

/** How words and figures are set off, and the few symbols that are used. */
export interface Style {
  readonly bold: Paint;
  readonly dim: Paint;
  readonly red: Paint;
  readonly green: Paint;
  readonly yellow: Paint;
  readonly cyan: Paint;
  readonly symbols: Symbols;
  /** How many characters fit on a line; Infinity: any number. */
  readonly columns: number;
}

interface Symbols {
  readonly full: string;
  readonly empty: string;
  readonly done: string;
  readonly here: string;
  readonly ahead: string;
  readonly ellipsis: string;
  readonly dot: string;
}

const UNICODE: Symbols = {
  full: '█',
  empty: '░',
  done: '✔',
  here: '▶',
  ahead: '·',
  ellipsis: '…',
  dot: '·',
};
const ASCII: Symbols = { full: '#', empty: '.', done: 'x', here: '>', ahead: '-', ellipsis: '...', dot: '-' };

/** @see https://en.wikipedia.org/wiki/ANSI_escape_code#Select_Graphic_Rendition_parameters */
const CODES = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
} as const;

export function styleFor({ colour, unicode, size }: Look): Style {
  const paint = ([on, off]: readonly [number, number]): Paint =>
    colour ? (text) => (text === '' ? '' : `\u001B[${on}m${text}\u001B[${off}m`) : (text) => text;
  return {
    bold: paint(CODES.bold),
    dim: paint(CODES.dim),
    red: paint(CODES.red),
    green: paint(CODES.green),
    yellow: paint(CODES.yellow),
    cyan: paint(CODES.cyan),
    symbols: unicode ? UNICODE : ASCII,
    columns: size?.().columns ?? Infinity,
  };
}

/** How wide a text is on a screen, its colours left out. */
export function widthOf(text: string): number {
  return Array.from(withoutColour(text)).length;
}

/** A text cut to a width, with an ellipsis where something is missing. It must not be painted yet. */
export function cut(text: string, width: number, { symbols }: Style): string {
  const characters = Array.from(text);
  if (characters.length <= width) return text;
  const room = Math.max(0, width - symbols.ellipsis.length);
  return characters.slice(0, room).join('') + symbols.ellipsis;
}

/** The lines of a text that has to fit in a width; a word that is longer than that stays whole, for it may be one to copy. */
export function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

function withoutColour(text: string): string {
  return text.replaceAll(/\u001B\[[0-9;]*m/g, '');
}
