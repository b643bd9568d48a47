import { beforeAll, expect, it } from 'vitest';
import { renderManifests } from '../../src/cli/manifests/index.ts';
import { DEFAULT_NAMESPACE } from '../../src/contract/keys.ts';
import type { FleetSnapshot } from '../../src/dashboard/wire.ts';
import { createNodes } from '../control-plane/fixtures.ts';
import { eventually } from '../control-plane/index.ts';
import { startOperator, type OperatorProcess } from '../harness/index.ts';
import { OLD } from './fleet.ts';
import { describeOnControlPlane } from './suite.ts';

const NODES = 3;
const TO_EVERYBODY = { args: ['--dashboard-address', ':0'] };
const READERS = 'dashboard-readers';

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** @param token absent: who asks says nothing of who they are */
async function ask(operator: OperatorProcess, path: string, token?: string): Promise<Answer> {
  const starting = operator.log().find(({ msg }) => msg === 'starting');
  const { port } = starting?.['dashboard'] as { readonly port: number };
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers });
  return { status: response.status, body: await response.json() };
}

describeOnControlPlane(
  'The dashboard, served to more than the loopback interface',
  { operator: TO_EVERYBODY },
  (cluster) => {
    const token = async (account: string): Promise<string> =>
      (await cluster.kubectl('create', 'token', account, '-n', 'default')).trim();

    beforeAll(async () => {
      // With what the flag adds to the permissions of an operator that has been installed without.
      const stdin = renderManifests({
        namespace: DEFAULT_NAMESPACE,
        only: ['rbac'],
        dashboardAddress: { port: 8090 },
      });
      await cluster.controlPlane.kubectlWith({ stdin }, 'apply', '--server-side', '-f', '-');
      await cluster.kubectl('create', 'serviceaccount', 'reader', '-n', 'default');
      await cluster.kubectl('create', 'serviceaccount', 'nobody', '-n', 'default');
      await cluster.kubectl(
        'create',
        'clusterrole',
        READERS,
        '--verb=get',
        '--resource=nicclusterpolicies.mellanox.com',
      );
      await cluster.kubectl(
        'create',
        'clusterrolebinding',
        READERS,
        `--clusterrole=${READERS}`,
        '--serviceaccount=default:reader',
      );
      await createNodes(cluster.api, { count: NODES });
      await cluster.applyPolicy({ version: OLD });
      await cluster.rollout();
    });

    it('shows the fleet to who may read the policy', async () => {
      const { status, body } = await ask(cluster.operator, '/api/fleet', await token('reader'));
      expect(status).toBe(200);
      const { rollout, nodes } = body as FleetSnapshot;
      expect(rollout).toMatchObject({ version: OLD, state: 'ready' });
      expect(nodes.map(({ state }) => state)).toEqual(Array(NODES).fill('upgrade-done'));
      const [first] = nodes;
      const story = await ask(cluster.operator, `/api/nodes/${first?.name ?? ''}`, await token('reader'));
      expect(story.body).toMatchObject({ driverPods: [{ says: 'up to date and Ready' }] });
    });

    it('shows it to nobody else', async () => {
      const asks = [undefined, 'made-up', await token('nobody')].map((each) =>
        ask(cluster.operator, '/api/fleet', each),
      );
      expect((await Promise.all(asks)).map(({ status }) => status)).toEqual([401, 401, 403]);
    });

    it('says on a standby who leads', async () => {
      const standby = await startOperator(cluster.controlPlane, { ...TO_EVERYBODY, install: false });
      try {
        const reader = await token('reader');
        await eventually(
          async () => {
            const { status, body } = await ask(standby, '/api/fleet', reader);
            expect(status).toBe(503);
            expect(body).toMatchObject({ kind: 'standby', leader: cluster.operator.identity });
            return true;
          },
          { what: 'the standby to know who leads', timeoutMs: 20_000 },
        );
      } finally {
        await standby.stop();
      }
    });
  },
);
