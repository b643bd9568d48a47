declare const __VERSION__: string | undefined;

/** This program's version: put in when it is bundled, `0.0.0-dev` when it runs from source. */
export const VERSION: string = typeof __VERSION__ === 'string' ? __VERSION__ : '0.0.0-dev';

/** The image that this version is expected to be found under, where nobody names another. */
export const DEFAULT_IMAGE = `ofed-operator:${VERSION}`;
