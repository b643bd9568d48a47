import { onAbort } from '../../cluster/abort.ts';

/** A signal of one's own that aborts with others, too. */
export interface TiedSignal {
  readonly signal: AbortSignal;
  readonly abort: () => void;
  /** Lets go of the others: to be called in the end, lest they keep it for as long as they live. */
  readonly untie: () => void;
}

/** Makes a signal that aborts as soon as one of these does. */
export function tiedTo(...others: readonly (AbortSignal | undefined)[]): TiedSignal {
  const controller = new AbortController();
  const abort = (): void => {
    controller.abort();
  };
  const ties = others.filter((other) => other !== undefined);
  const forget = ties.filter(({ aborted }) => !aborted).map((other) => onAbort(other, abort));
  if (ties.some(({ aborted }) => aborted)) abort();
  return {
    signal: controller.signal,
    abort,
    untie: () => {
      for (const each of forget) each();
    },
  };
}
