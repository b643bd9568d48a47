import { labelKeyProblem, labelValueProblem } from '../../../kubernetes/names.ts';

/**
 * What Kubernetes accepts as a name, and how it refuses one.
 *
 * @see https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
 */

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`;
const DNS_LABEL = new RegExp(`^${LABEL}$`);
const DNS_SUBDOMAIN = new RegExp(`^${SUBDOMAIN}$`);
const WORD =
  "alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";

/** What keeps a name from being a DNS subdomain (RFC 1123), as the end of a sentence; undefined if nothing does. */
export function subdomainProblem(name: string): string | undefined {
  if (name.length > 253) return 'must be no more than 253 characters';
  if (DNS_SUBDOMAIN.test(name)) return undefined;
  return `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '${SUBDOMAIN}')`;
}

/** What keeps a name from being a DNS label (RFC 1123). */
export function dnsLabelProblem(name: string): string | undefined {
  if (name.length > 63) return 'must be no more than 63 characters';
  if (DNS_LABEL.test(name)) return undefined;
  return `a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '${LABEL}')`;
}

/** What keeps a name from being a part of a URL's path: all that is asked of the names of roles. */
export function pathSegmentProblem(name: string): string | undefined {
  if (name === '.' || name === '..') return `may not be '${name}'`;
  const found = ['/', '%'].find((sign) => name.includes(sign));
  return found === undefined ? undefined : `may not contain '${found}'`;
}

/** What keeps a text from being the key of a label or an annotation, or a finalizer. */
export function qualifiedNameProblem(key: string): string | undefined {
  if (labelKeyProblem(key) === undefined) return undefined;
  const slash = key.indexOf('/');
  const prefix = slash < 0 ? undefined : subdomainProblem(key.slice(0, slash));
  if (prefix !== undefined) return `prefix part ${prefix}`;
  if (key.length - slash > 64) return 'name part must be no more than 63 bytes';
  return `name part must consist of ${WORD} (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')`;
}

/** What keeps a text from being the value of a label. */
export function valueProblem(value: string): string | undefined {
  if (labelValueProblem(value) === undefined) return undefined;
  if (value.length > 63) return 'must be no more than 63 bytes';
  return `a valid label must be an empty string or consist of ${WORD} (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')`;
}

// Those of Kubernetes' own.
const STANDARD_FINALIZERS = [
  'kubernetes',
  'orphan',
  'foregroundDeletion',
  'customresourcecleanup.apiextensions.k8s.io',
];

/** What keeps a text from being the name of a finalizer. */
export function finalizerProblem(name: string): string | undefined {
  const problem = qualifiedNameProblem(name);
  if (problem !== undefined || name.includes('/') || STANDARD_FINALIZERS.includes(name)) return problem;
  return 'name is neither a standard finalizer name nor is it fully qualified';
}
