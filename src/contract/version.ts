/**
 * The forms of a driver version, an image name and a repository. The patterns are read both by JavaScript and, inside the CRD's
 * rules, by the API server's RE2, so they keep to what both understand.
 *
 * @see docs/contract.md, "The driver DaemonSet"
 */

/** An optional `docaX.Y[.Z]-`, the driver's version, and perhaps what a precompiled image is for; or an image digest. */
export const VERSION_PATTERN =
  /^(?:sha256:[0-9a-fA-F]{64}|(?:doca[0-9]+(?:\.[0-9]+){1,2}-)?[0-9]+\.[0-9]+-[0-9]+(?:\.[0-9]+)*(?:-[-A-Za-z0-9_.]+)?)$/;

export const VERSION_PROBLEM =
  'is not a driver version: write one such as 24.01-0.3.3.1-0 or doca3.1.0-25.07-0.6.6.0-0, ' +
  'or an image digest as sha256: and 64 hexadecimal digits';

const PATH = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const LABEL = '[A-Za-z0-9](?:[-A-Za-z0-9]*[A-Za-z0-9])?';
const HOST = `(?:${LABEL}(?:\\.${LABEL})*|\\[[0-9a-fA-F:]+\\])`;

/** @see https://github.com/distribution/reference/blob/main/reference.go for the grammar of image names */
export const IMAGE_PATTERN = new RegExp(`^${PATH}(?:/${PATH})*$`);

export const IMAGE_PROBLEM =
  'is not an image name: write the name alone in lower case, such as mofed or doca-driver; ' +
  'its registry goes into repository and its tag into version';

export const REPOSITORY_PATTERN = new RegExp(`^(?:${PATH}|${HOST}(?::[0-9]+)?)(?:/${PATH})*$`);

export const REPOSITORY_PROBLEM =
  'is not an image repository: write a registry and a path such as nvcr.io/nvidia/mellanox, ' +
  'without https://, a slash at the end or a tag';

/** Whether a version names an image by its digest, so that no tag is made from it. */
export function isDigest(version: string): boolean {
  return version.startsWith('sha256:');
}
