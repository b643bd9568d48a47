import { generateNodes, generateWorkloads } from './generate/fleet.ts';
import { generatePolicy } from './generate/policy.ts';
import { generateFaults, generateIncidents } from './generate/troubles.ts';
import { Random } from '../cluster/memory/random.ts';
import type { Ending, Scenario } from './scenario.ts';

export { FIRST_VERSION, JOB_LABEL, LAST_VERSION, VERSIONS } from './generate/fixed.ts';

/** What will happen in the run of a seed. */
export function generate(seed: number): Scenario {
  const random = new Random(seed);
  const nodes = generateNodes(random.fork('nodes'));
  const workloads = generateWorkloads(random.fork('workloads'), nodes);
  const replicas = random.chance(0.4) ? 2 : 1;
  const incidents = generateIncidents(random.fork('incidents'), { nodes, workloads, replicas });
  return {
    seed,
    nodes,
    workloads,
    policy: generatePolicy(random.fork('policy')),
    replicas,
    driverLoad: random.int(500, 20_000),
    incidents,
    faults: generateFaults(random.fork('faults'), incidents),
    ending: generateEnding(random.fork('ending')),
  };
}

function generateEnding(random: Random): Ending {
  if (random.chance(0.6)) return { kind: 'none' };
  return { kind: random.pick(['off', 'delete-policy']), after: Math.round(random.around(20_000)) };
}
