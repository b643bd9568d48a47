import { ARCH_LABEL, OS_ID_LABEL, OS_VERSION_LABEL } from '../../contract/keys.ts';
import { lookUp, type StringMap } from '../../kubernetes/objects.ts';

/**
 * The driver version that an image holds: its tag, without the system that it was made for.
 *
 * @param labels of a node, or of a DaemonSet's node selector: which system that is
 * @returns the digest, shortened, of an image that is named by it; undefined where an image has neither
 * @see docs/contract.md, "The driver DaemonSet"
 */
export function versionOfImage(image: string | undefined, labels: StringMap): string | undefined {
  if (image === undefined) return undefined;
  const [, digest] = /@(sha256:[0-9a-f]{12})[0-9a-f]*$/.exec(image) ?? [];
  if (digest !== undefined) return digest;
  const [, tag] = /:([^/:@]+)$/.exec(image) ?? [];
  return tag === undefined ? undefined : withoutSystem(tag, labels);
}

function withoutSystem(tag: string, labels: StringMap): string {
  const system = `${lookUp(labels, OS_ID_LABEL) ?? ''}${lookUp(labels, OS_VERSION_LABEL) ?? ''}`;
  const suffix = `-${system}-${lookUp(labels, ARCH_LABEL) ?? ''}`;
  return tag.endsWith(suffix) ? tag.slice(0, -suffix.length) : tag;
}

/** A version as {@link versionOfImage} tells it. */
export function shortVersion(version: string): string {
  return /^sha256:[0-9a-f]{12}/i.exec(version)?.[0].toLowerCase() ?? version;
}
