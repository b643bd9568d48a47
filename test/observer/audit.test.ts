import { describe, expect, it } from 'vitest';
import { pdbRespected } from './audit.ts';

const USER = 'system:serviceaccount:ns:operator';
const NOON = '2026-01-01T12:00:00.000000Z';
const QUESTION = { user: USER, since: Date.parse(NOON), driverPods: new Set(['ns/driver-a']) };

/** A line of an audit log: the deletion of a pod, unless told otherwise. */
function line(change: object): string {
  const objectRef = { resource: 'pods', namespace: 'work', name: 'web' };
  const request = { verb: 'delete', user: { username: USER }, requestReceivedTimestamp: NOON, objectRef };
  return JSON.stringify({ ...request, requestURI: '/api/v1/namespaces/work/pods/web', ...change });
}

describe('pdb-respected, by the audit log', () => {
  it.each([
    ['a driver pod is deleted', { objectRef: { resource: 'pods', namespace: 'ns', name: 'driver-a' } }],
    [
      'a pod is evicted',
      { verb: 'create', objectRef: { resource: 'pods', subresource: 'eviction', name: 'web' } },
    ],
    ['somebody else deletes a pod', { user: { username: 'admin' } }],
    ['it was before the run', { requestReceivedTimestamp: '2026-01-01T11:59:59.000000Z' }],
    ['something else is deleted', { objectRef: { resource: 'daemonsets', name: 'web' } }],
  ])('holds when %s', (_, change) => {
    expect(pdbRespected(`${line(change)}\n`, QUESTION)).toEqual([]);
  });

  it.each(['delete', 'deletecollection'])('is broken when the operator sends %s for a workload', (verb) => {
    expect(pdbRespected(line({ verb }), QUESTION).map(({ what }) => what)).toEqual([
      `the operator sent ${verb} /api/v1/namespaces/work/pods/web; pods leave by eviction only`,
    ]);
  });
});
