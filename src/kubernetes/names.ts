/**
 * What Kubernetes accepts as the key and the value of a label.
 *
 * @see https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
 */

const NAME_PART = /^[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?$/;
const DNS_SUBDOMAIN = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;

const LONGEST_NAME = 63;
const LONGEST_PREFIX = 253;

/** What is wrong with a label key, as the end of a sentence; undefined if nothing is. */
export function labelKeyProblem(key: string): string | undefined {
  const slash = key.indexOf('/');
  const prefix = slash < 0 ? undefined : key.slice(0, slash);
  const name = key.slice(slash + 1);
  if (prefix !== undefined && (prefix.length > LONGEST_PREFIX || !DNS_SUBDOMAIN.test(prefix))) {
    return 'its prefix, before the "/", must be a DNS name such as example.com';
  }
  if (name.length > LONGEST_NAME) return `it is longer than ${LONGEST_NAME} characters`;
  return NAME_PART.test(name) ? undefined : `it ${ALPHABET}`;
}

/** What is wrong with a label value, as the end of a sentence; undefined if nothing is. The empty value is a valid one. */
export function labelValueProblem(value: string): string | undefined {
  if (value === '') return undefined;
  if (value.length > LONGEST_NAME) return `it is longer than ${LONGEST_NAME} characters`;
  return NAME_PART.test(value) ? undefined : `it ${ALPHABET}`;
}

const ALPHABET =
  'must consist of letters, digits, "-", "_" and ".", and begin and end with a letter or digit';
