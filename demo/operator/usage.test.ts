import { expect, it } from 'vitest';
import { createMetrics } from '../../src/operator/telemetry/metrics.ts';
import { usageBetween, usageFrom } from './usage.ts';

it('counts all calls and the refused evictions, as the operator itself does', async () => {
  const metrics = createMetrics();
  const call = { verb: 'patch', resource: 'nodes', status: 200, seconds: 0.01 };
  metrics.countApiRequest(call);
  const before = usageFrom(await metrics.render());
  metrics.countApiRequest(call);
  metrics.countApiRequest({ ...call, verb: 'create', resource: 'pods/eviction', status: 429 });
  metrics.countApiRequest({ ...call, verb: 'create', resource: 'events', status: 201 });
  metrics.countEviction('refused');
  metrics.countEviction('evicted');
  const after = usageFrom(await metrics.render());
  expect(after).toEqual({ requests: 4, evictions: 1, events: 1, refusedEvictions: 1 });
  expect(usageBetween(before, after)).toEqual({ requests: 3, evictions: 1, events: 1, refusedEvictions: 1 });
});
