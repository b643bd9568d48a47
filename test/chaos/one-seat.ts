import type { ApiClient } from '../control-plane/index.ts';

const API = '/apis/flowcontrol.apiserver.k8s.io/v1';
const LEVELS = `${API}/prioritylevelconfigurations`;
const SCHEMAS = `${API}/flowschemas`;
const NAME = 'one-seat';

/** A level that takes so many shares, and lends them all, that one share of the server's 600 seats is one seat. */
const BALLAST = { name: 'one-seat-ballast', shares: 600 };

/**
 * Leaves a ServiceAccount one seat at the API server and no queue: whatever it asks for while a request of its own is under way is
 * answered 429, by API priority and fairness.
 *
 * @see https://kubernetes.io/docs/concepts/cluster-administration/flow-control/
 * @returns what gives it its place among the others back
 */
export async function leaveOneSeat(
  api: ApiClient,
  account: { readonly namespace: string; readonly name: string },
): Promise<() => Promise<void>> {
  await api.create(LEVELS, level(BALLAST.name, { shares: BALLAST.shares, lendablePercent: 100 }));
  await api.create(LEVELS, level(NAME, { shares: 1, lendablePercent: 0 }));
  await api.create(SCHEMAS, {
    apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
    kind: 'FlowSchema',
    metadata: { name: NAME },
    spec: {
      priorityLevelConfiguration: { name: NAME },
      matchingPrecedence: 50,
      distinguisherMethod: { type: 'ByUser' },
      rules: [
        {
          subjects: [{ kind: 'ServiceAccount', serviceAccount: account }],
          resourceRules: [
            { verbs: ['*'], apiGroups: ['*'], resources: ['*'], namespaces: ['*'], clusterScope: true },
          ],
        },
      ],
    },
  });
  return async () => {
    await api.delete(`${SCHEMAS}/${NAME}`);
    for (const name of [NAME, BALLAST.name]) await api.delete(`${LEVELS}/${name}`);
  };
}

function level(name: string, { shares, lendablePercent }: { shares: number; lendablePercent: number }) {
  return {
    apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
    kind: 'PriorityLevelConfiguration',
    metadata: { name },
    spec: {
      type: 'Limited',
      limited: {
        nominalConcurrencyShares: shares,
        lendablePercent,
        borrowingLimitPercent: 0,
        limitResponse: { type: 'Reject' },
      },
    },
  };
}
