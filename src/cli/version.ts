declare const __VERSION__: string | undefined;

/** This program's version: put in when it is bundled, `0.0.0-dev` when it runs from source. */
export const VERSION: string = typeof __VERSION__ === 'string' ? __VERSION__ : '0.0.0-dev';
