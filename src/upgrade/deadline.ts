import type { Action } from './actions.ts';
import { annotationOf, type Context, type NodeView } from './view.ts';

/** A time limit whose beginning stands on the node, so that whoever looks next goes on counting from there. */
export type Deadline =
  | { readonly kind: 'none' }
  /** The beginning is not on the node, or not a time: write it first. */
  | { readonly kind: 'unset'; readonly action: Action }
  | { readonly kind: 'running'; readonly at: number }
  | { readonly kind: 'over' };

/** The form of the start annotations: Unix seconds. */
export function unixSeconds(now: number): string {
  return String(Math.floor(now / 1000));
}

/**
 * Where a wait of `timeoutSeconds` (0: for ever) stands that began at the time in the annotation `key`.
 *
 * The annotation has whole seconds, cut off; so that nothing is given up early, the limit counts from the second's end.
 */
export function deadline(view: NodeView, { now }: Context, key: string, timeoutSeconds: number): Deadline {
  if (timeoutSeconds === 0) return { kind: 'none' };
  const start = parseUnixSeconds(annotationOf(view, key), now);
  if (start === undefined) {
    return {
      kind: 'unset',
      action: { kind: 'patch-node', change: { annotations: { [key]: unixSeconds(now) } } },
    };
  }
  const at = (start + 1 + timeoutSeconds) * 1000;
  return now >= at ? { kind: 'over' } : { kind: 'running', at };
}

/** When the wait ends, if that is known (milliseconds since the epoch). */
export function endOf(limit: Deadline): number | undefined {
  return limit.kind === 'running' ? limit.at : undefined;
}

/** A start that is garbled, or lies in the future by more than clocks differ, is no start: the wait would never end. */
function parseUnixSeconds(text: string | undefined, now: number): number | undefined {
  if (text === undefined || !/^\d{1,12}$/.test(text)) return undefined;
  const seconds = Number(text);
  return seconds * 1000 > now + LARGEST_CLOCK_DIFFERENCE ? undefined : seconds;
}

const LARGEST_CLOCK_DIFFERENCE = 60_000;
