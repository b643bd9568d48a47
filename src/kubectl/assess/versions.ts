import { ARCH_LABEL, KERNEL_LABEL, OS_ID_LABEL, OS_VERSION_LABEL } from '../../contract/keys.ts';
import { lookUp, type StringMap } from '../../kubernetes/objects.ts';

/**
 * The driver version that an image holds: its tag, without the system that it was made for, or its digest.
 *
 * @param labels of a node, or of a DaemonSet's node selector: which system that is
 * @returns undefined where an image has neither
 * @see docs/contract.md, "The driver DaemonSet"
 */
export function versionOfImage(image: string | undefined, labels: StringMap): string | undefined {
  if (image === undefined) return undefined;
  const [, digest] = /@(sha256:[0-9a-f]{64})$/.exec(image) ?? [];
  if (digest !== undefined) return digest;
  const [, tag] = /:([^/:@]+)$/.exec(image) ?? [];
  return tag === undefined ? undefined : withoutSystem(tag, labels);
}

/** A tag ends with the system; before that an image that was compiled for one kernel has that kernel. */
function withoutSystem(tag: string, labels: StringMap): string {
  const part = (label: string): string => lookUp(labels, label) ?? '';
  const version = without(tag, `-${part(OS_ID_LABEL)}${part(OS_VERSION_LABEL)}-${part(ARCH_LABEL)}`);
  return without(version, `-${part(KERNEL_LABEL)}`);
}

function without(text: string, suffix: string): string {
  return suffix.length > 1 && text.endsWith(suffix) ? text.slice(0, -suffix.length) : text;
}

/** A version as people are shown it: of a digest, its first digits. */
export function shortVersion(version: string): string {
  return /^sha256:[0-9a-f]{12}/i.exec(version)?.[0].toLowerCase() ?? version;
}
