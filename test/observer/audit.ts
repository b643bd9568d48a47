import type { Finding } from '../../src/invariants/findings.ts';

interface AuditLine {
  readonly verb?: string;
  readonly user?: { readonly username?: string };
  readonly requestReceivedTimestamp?: string;
  readonly requestURI?: string;
  readonly objectRef?: {
    readonly resource?: string;
    readonly subresource?: string;
    readonly namespace?: string;
    readonly name?: string;
  };
}

export interface AuditQuestion {
  /** Whose requests: `system:serviceaccount:NAMESPACE:NAME`. */
  readonly user: string;
  /** Milliseconds since the Unix epoch: older requests are another run's. */
  readonly since: number;
  /** Namespace and name, `ns/pod`, of every driver pod that there was. */
  readonly driverPods: ReadonlySet<string>;
}

/**
 * Pods leave by eviction only: the operator's own requests, as the API server logged them, hold no delete of a pod that is not
 * a driver pod.
 *
 * @param log JSON lines
 */
export function pdbRespected(log: string, { user, since, driverPods }: AuditQuestion): readonly Finding[] {
  const findings: Finding[] = [];
  for (const line of log.split('\n')) {
    // Most lines are patches; parsing those too would take seconds after a long run.
    if (!line.includes('"delete')) continue;
    const {
      verb = '',
      requestReceivedTimestamp = '',
      requestURI = '',
      objectRef,
      ...request
    } = JSON.parse(line) as AuditLine;
    const time = Date.parse(requestReceivedTimestamp);
    if (request.user?.username !== user || time < since) continue;
    if (objectRef?.resource !== 'pods' || objectRef.subresource !== undefined || !verb.startsWith('delete'))
      continue;
    const pod = `${objectRef.namespace ?? ''}/${objectRef.name ?? ''}`;
    if (verb === 'delete' && driverPods.has(pod)) continue;
    const what = `the operator sent ${verb} ${requestURI}; pods leave by eviction only`;
    findings.push({ invariant: 'pdb-respected', node: undefined, what, rv: 0, time, lately: [] });
  }
  return findings;
}
