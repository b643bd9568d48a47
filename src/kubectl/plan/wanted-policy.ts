import { readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
import { POLICY_NAME } from '../../contract/keys.ts';
import type { ApiObject } from '../../kubernetes/objects.ts';
import { Refusal } from '../refusal.ts';

export interface Wish {
  /** A file with a NicClusterPolicy; `-`: the standard input. */
  readonly filename?: string;
  readonly version?: string;
}

interface RawPolicy extends ApiObject {
  readonly spec?: { readonly ofedDriver?: Readonly<Record<string, unknown>> };
}

/**
 * The policy as it would be: that of a file, or the one in the cluster, with another version if one is named.
 *
 * @param live undefined: there is none
 * @throws Refusal
 */
export function wantedPolicy(live: ApiObject | undefined, { filename, version }: Wish): ApiObject {
  const base: RawPolicy | undefined = filename === undefined ? live : fromFile(filename);
  if (base === undefined) throw new Refusal('there is no NicClusterPolicy: name a file that has one with -f');
  const policy: ApiObject = { ...base, metadata: live?.metadata ?? { name: POLICY_NAME } };
  if (version === undefined) return policy;
  if (base.spec?.ofedDriver === undefined) throw new Refusal('the policy asks for no driver');
  const spec = { ...base.spec, ofedDriver: { ...base.spec.ofedDriver, version } };
  return { ...policy, ...{ spec } };
}

function fromFile(filename: string): RawPolicy {
  const documents = parseAllDocuments(contents(filename)).map((document) => {
    const [problem] = document.errors;
    if (problem !== undefined) throw new Refusal(`${filename} is no YAML: ${problem.message}`);
    return document.toJS() as unknown;
  });
  const found = documents.filter(isPolicy);
  const [policy] = found.length === 1 ? found : found.filter(({ metadata }) => metadata.name === POLICY_NAME);
  if (policy === undefined) throw new Refusal(`${filename} has no NicClusterPolicy`);
  if (policy.metadata.name !== POLICY_NAME)
    throw new Refusal(
      `the policy is named ${policy.metadata.name}: only the one named ${POLICY_NAME} counts`,
    );
  return policy;
}

function contents(filename: string): string {
  try {
    return readFileSync(filename === '-' ? 0 : filename, 'utf8');
  } catch (error) {
    throw new Refusal(`${filename} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

function isPolicy(document: unknown): document is RawPolicy {
  if (typeof document !== 'object' || document === null) return false;
  const { kind, metadata } = document as Partial<ApiObject>;
  return kind === 'NicClusterPolicy' && typeof metadata?.name === 'string';
}
