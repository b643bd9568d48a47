import { told } from './catalogue.ts';
import type { Reason, ToldReason } from './reason.ts';
import { shortened } from './words.ts';

/**
 * The form in which a reason stands in a node's annotation: `code: message`.
 *
 * @see docs/contract.md, "Reasons"
 */
export function formatReason(reason: Reason): string {
  const { code, message } = told(reason);
  return shortened(`${code}: ${message}`, MAX_ANNOTATION);
}

/** Reads what {@link formatReason} wrote; undefined for anything else. The code need not be one of the list. */
export function parseReason(annotation: string | undefined): ToldReason | undefined {
  const match = /^([a-z-]+): (.*)$/s.exec(annotation ?? '');
  return match?.[1] === undefined || match[2] === undefined
    ? undefined
    : { told: true, code: match[1], message: match[2] };
}

// An object's annotations may take 256 KiB together; a reason that nobody reads to its end helps nobody.
const MAX_ANNOTATION = 1024;
