import { systemClock } from '../../src/cluster/clock.ts';
import { createHttpCluster } from '../../src/cluster/http/http-cluster.ts';
import { FIELD_MANAGER } from '../../src/contract/keys.ts';
import { describePort } from '../conformance/port.ts';
import { describeOnControlPlane } from './suite.ts';

describeOnControlPlane('The port', { operator: 'none' }, (cluster) => {
  describePort('a real API server', () => {
    const { controlPlane } = cluster;
    const { server, ca, adminToken } = controlPlane;
    const connection = {
      server: new URL(server),
      description: 'the control plane of this test',
      tls: { ca },
      authorization: () => Promise.resolve(`Bearer ${adminToken}`),
    };
    const client = createHttpCluster({
      connection,
      fieldManager: FIELD_MANAGER,
      userAgent: 'conformance',
      clock: systemClock,
    });
    // What the API server remembers of the past is gone with it.
    return Promise.resolve({ cluster: client, outdate: () => controlPlane.restartApiServer() });
  });
});
