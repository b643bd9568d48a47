import { createApiServer } from '../../src/cluster/memory/api/api-server.ts';
import { createMemoryCluster } from '../../src/cluster/memory/memory-cluster.ts';
import { VirtualClock } from '../../src/cluster/memory/virtual-clock.ts';
import { FIELD_MANAGER } from '../../src/contract/keys.ts';
import { describePort } from './port.ts';

describePort('the cluster in memory', () => {
  const api = createApiServer({ clock: new VirtualClock(), random: Math.random });
  const cluster = createMemoryCluster({ api, fieldManager: FIELD_MANAGER });
  return Promise.resolve({
    cluster: Object.assign(cluster, { close: () => Promise.resolve() }),
    outdate: () => {
      api.compact();
      return Promise.resolve();
    },
  });
});
