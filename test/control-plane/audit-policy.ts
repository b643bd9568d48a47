/**
 * The audit policy by which requests are counted: only those of the ServiceAccounts in the operator's namespace are logged, when
 * they are answered. A watch is also logged when it starts, since it may end long after the count.
 *
 * @returns JSON, which is YAML too
 */
export function auditPolicy(namespace: string): string {
  const counted = {
    level: 'Metadata',
    userGroups: [`system:serviceaccounts:${namespace}`],
    omitStages: ['RequestReceived'],
  };
  return JSON.stringify(
    { apiVersion: 'audit.k8s.io/v1', kind: 'Policy', rules: [counted, { level: 'None' }] },
    null,
    2,
  );
}
