import { stringify } from 'yaml';
import { POLICY_NAME } from '../../src/contract/keys.ts';
import type { ApiObject } from '../../src/kubernetes/objects.ts';

export const OLD_VERSION = '5.6-1.0.3.3';
export const NEW_VERSION = '24.01-0.3.3.1-0';
/** By which the policy selects the pods that are waited for. */
export const JOB_SELECTOR = 'app=myapp';
/** How long it waits for them, and for a node to be empty. */
export const JOBS_SECONDS = 300;
export const DRAIN_SECONDS = 300;

const IMAGE = 'mofed';
const REPOSITORY = 'mellanox';

/** The driver image for an Ubuntu of a version. */
export function imageFor(version: string, osVersion: string): string {
  return `${REPOSITORY}/${IMAGE}:${version}-ubuntu${osVersion}-amd64`;
}

/** The policy of the documentation of automatic upgrades, with a limit of one's own. */
export function demoPolicy(parallel: number): ApiObject {
  const policy = {
    apiVersion: 'mellanox.com/v1alpha1',
    kind: 'NicClusterPolicy',
    metadata: { name: POLICY_NAME },
    spec: {
      ofedDriver: {
        image: IMAGE,
        repository: REPOSITORY,
        version: OLD_VERSION,
        upgradePolicy: {
          autoUpgrade: true,
          maxParallelUpgrades: parallel,
          safeLoad: false,
          waitForCompletion: { podSelector: JOB_SELECTOR, timeoutSeconds: JOBS_SECONDS },
          drain: {
            enable: true,
            force: false,
            podSelector: '',
            timeoutSeconds: DRAIN_SECONDS,
            deleteEmptyDir: false,
          },
        },
      },
    },
  };
  return policy;
}

/** What counts in a policy, as its author would write it, with a word on what does not speak for itself. */
export function policyLines(policy: ApiObject): readonly string[] {
  const { spec } = policy as ApiObject & { readonly spec: unknown };
  const lines = stringify({ spec }, { version: '1.1', flowCollectionPadding: false }).trimEnd().split('\n');
  const width = Math.max(...lines.map(({ length }) => length)) + 2;
  return lines.map((line) => {
    const comment = COMMENTS[line.trim()];
    return comment === undefined ? line : `${line.padEnd(width)}# ${comment}`;
  });
}

const COMMENTS: Readonly<Record<string, string>> = {
  'safeLoad: false': 'the first driver on a node: load at once',
  [`podSelector: ${JOB_SELECTOR}`]: 'jobs to wait for',
  'force: false': 'a pod that nothing brings back: fail',
  'podSelector: ""': 'any pod has to leave',
  'deleteEmptyDir: false': 'a pod with data on the node: fail',
};

/** What a person types to have another version. */
export function patchCommand(kubectl: string, version: string): readonly string[] {
  const patch = JSON.stringify({ spec: { ofedDriver: { version } } });
  return [`   ${kubectl} patch nicclusterpolicy ${POLICY_NAME} --type=merge \\`, `     -p '${patch}'`];
}
