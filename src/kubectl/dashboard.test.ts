import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NAMESPACE } from '../operator/testing/builders.ts';
import { TestFleet } from './testing/fleet.ts';

const PODS = { group: '', plural: 'pods' };

let fleet: TestFleet;

beforeEach(async () => {
  fleet = new TestFleet();
  await fleet.begin();
});

afterEach(() => fleet.end());

/** The pod of the operator that holds the Lease. */
function operatorPod(...args: readonly string[]): void {
  fleet.cluster.create(PODS, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'ofed-operator-7d9f5c', namespace: NAMESPACE },
    ...{
      spec: { containers: [{ name: 'ofed-operator', image: 'ofed-operator:1', args: ['run', ...args] }] },
    },
  });
}

describe('kubectl ofed dashboard', () => {
  it.each([[['--dashboard-address', '127.0.0.1:8095']], [['--dashboard-address=:8095']]])(
    'opens the page of the operator that leads (%s)',
    async (args) => {
      operatorPod(...args);
      expect(await fleet.kubectlOfed('dashboard')).toMatchObject({
        status: 0,
        out: 'http://localhost:40000/\n',
      });
      expect(fleet.forwarded).toEqual(['ofed-operator-7d9f5c:8095']);
      expect(fleet.opened).toEqual(['http://localhost:40000/']);
    },
  );

  it('opens no browser where none is wanted, and takes the port that it is told', async () => {
    operatorPod('--dashboard-address', ':8090');
    expect((await fleet.kubectlOfed('dashboard --no-browser --port 9000')).out).toBe(
      'http://localhost:9000/\n',
    );
    expect(fleet.opened).toEqual([]);
    expect((await fleet.kubectlOfed('dashboard --port 0')).status).toBe(2);
  });

  it('says which flag is missing where the operator serves none', async () => {
    operatorPod();
    expect(await fleet.kubectlOfed('dashboard')).toMatchObject({
      status: 1,
      err: expect.stringMatching(/^error: the operator serves no dashboard: .*--dashboard-address/) as string,
    });
  });

  it('says so where the operator that leads is no pod, or none leads', async () => {
    expect((await fleet.kubectlOfed('dashboard')).err).toMatch(
      /ofed-operator-7d9f5c, is no pod of namespace/,
    );
    expect((await fleet.kubectlOfed('dashboard -n elsewhere')).err).toMatch(
      /^error: no operator leads in namespace/,
    );
  });
});
