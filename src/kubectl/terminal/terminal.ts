/** Where a command's output goes, and what can be shown there. */
export interface Terminal {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly look: Look;
  /** Asks a person, and resolves to the answer; undefined: there is nobody to ask. */
  readonly ask: ((question: string) => Promise<string>) | undefined;
}

/** What can be shown. */
export interface Look {
  readonly colour: boolean;
  /** Characters beyond ASCII. */
  readonly unicode: boolean;
  /** Width and height of the terminal, which can be drawn over; undefined: it is none, so output only ever grows. */
  readonly size: (() => { readonly columns: number; readonly rows: number }) | undefined;
}

/** What it is decided by; the environment's variables are those that programs agree on. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly isTerminal: boolean;
  readonly size: () => { readonly columns: number; readonly rows: number };
}

/**
 * What can be shown, as far as the surroundings tell: colour and drawing only on a terminal that can, and Unicode only where the locale says
 * UTF-8.
 *
 * @see https://no-color.org
 */
export function lookFor({ env, isTerminal, size }: Surroundings): Look {
  const canDraw = isTerminal && env['TERM'] !== 'dumb';
  const locale = [env['LC_ALL'], env['LC_CTYPE'], env['LANG']].find((each) => (each ?? '') !== '') ?? '';
  return {
    colour: canDraw && (env['NO_COLOR'] ?? '') === '',
    unicode: canDraw && /utf-?8/i.test(locale),
    size: canDraw ? size : undefined,
  };
}
