import { describe, expect, it } from 'vitest';
import { createMetrics } from './metrics.ts';

/** The value of one series as Prometheus would read it. */
async function read(metrics: ReturnType<typeof createMetrics>, series: string): Promise<number | undefined> {
  const line = (await metrics.render()).split('\n').find((candidate) => candidate.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
}

describe('the metrics', () => {
  it('show every state of a node at zero before anything happened', async () => {
    const metrics = createMetrics();
    expect(await read(metrics, 'ofed_operator_nodes{state="none"}')).toBe(0);
    expect(await read(metrics, 'ofed_operator_nodes{state="upgrade-failed"}')).toBe(0);
    expect(await read(metrics, 'ofed_operator_evictions_total{result="refused"}')).toBe(0);
  });

  it('count what may grow from zero on, so that the first time is seen as growth', async () => {
    const metrics = createMetrics();
    for (const series of [
      'node_transitions_total{to="cordon-required"}',
      'node_failures_total{reason="drain-timeout"}',
    ])
      expect(await read(metrics, `ofed_operator_${series}`), series).toBe(0);
  });

  it('forget a state that no node is in any more', async () => {
    const metrics = createMetrics();
    metrics.setNodesByState({ 'upgrade-required': 5, 'drain-required': 2 });
    metrics.setNodesByState({ 'upgrade-done': 7 });
    expect(await read(metrics, 'ofed_operator_nodes{state="upgrade-required"}')).toBe(0);
    expect(await read(metrics, 'ofed_operator_nodes{state="drain-required"}')).toBe(0);
    expect(await read(metrics, 'ofed_operator_nodes{state="upgrade-done"}')).toBe(7);
  });

  it('show exactly one state of the policy', async () => {
    const metrics = createMetrics();
    metrics.setPolicyState('notReady');
    metrics.setPolicyState('ready');
    expect(await read(metrics, 'ofed_operator_policy_state{state="ready"}')).toBe(1);
    expect(await read(metrics, 'ofed_operator_policy_state{state="notReady"}')).toBe(0);
  });

  it('say who leads, and nothing about the fleet where it is another', async () => {
    const metrics = createMetrics();
    expect(await read(metrics, 'ofed_operator_leader')).toBe(0);
    metrics.setLeader(true);
    metrics.setNodesByState({ 'upgrade-done': 7 });
    metrics.setMaxParallel(25);
    metrics.setPolicyState('ready');
    metrics.setAutoUpgrade(true);
    metrics.setHeldUpSince(new Map([['jobs-running', 1000]]));
    expect(await read(metrics, 'ofed_operator_leader')).toBe(1);
    metrics.setLeader(false);
    for (const series of [
      'leader',
      'nodes{state="upgrade-done"}',
      'max_parallel_upgrades',
      'policy_state{state="ready"}',
      'auto_upgrade',
      'held_up_since_timestamp_seconds{reason="jobs-running"}',
    ])
      expect(await read(metrics, `ofed_operator_${series}`)).toBe(0);
  });

  it('count transitions, evictions, decisions and watch restarts', async () => {
    const metrics = createMetrics();
    metrics.countTransition('cordon-required');
    metrics.countTransition('cordon-required');
    metrics.countEviction('refused');
    metrics.countDecision();
    metrics.countWatchRestart('nodes');
    metrics.setMaxParallel(25);
    expect(await read(metrics, 'ofed_operator_node_transitions_total{to="cordon-required"}')).toBe(2);
    expect(await read(metrics, 'ofed_operator_evictions_total{result="refused"}')).toBe(1);
    expect(await read(metrics, 'ofed_operator_decisions_total')).toBe(1);
    expect(await read(metrics, 'ofed_operator_watch_restarts_total{resource="nodes"}')).toBe(1);
    expect(await read(metrics, 'ofed_operator_max_parallel_upgrades')).toBe(25);
  });

  it('show what a rollout has cost, and forget it where another leads', async () => {
    const metrics = createMetrics();
    const figures = { upgraded: 3, podsEvicted: 7, nodeSecondsOutOfService: 90 };
    const startedAt = '2026-01-01T00:00:00Z';
    metrics.setRollout({ startedAt, ...figures }, { done: 3, total: 12 });
    const shown = {
      'rollout_nodes{is="done"}': 3,
      'rollout_nodes{is="total"}': 12,
      rollout_started_timestamp_seconds: Date.parse(startedAt) / 1000,
      rollout_finished_timestamp_seconds: 0,
      rollout_pods_evicted: 7,
      rollout_node_seconds_out_of_service: 90,
    };
    for (const [series, value] of Object.entries(shown))
      expect(await read(metrics, `ofed_operator_${series}`), series).toBe(value);
    metrics.setLeader(false);
    for (const series of Object.keys(shown))
      expect(await read(metrics, `ofed_operator_${series}`), series).toBe(0);
  });

  it('show how many nodes wait for which reason, and none for what passes at once', async () => {
    const metrics = createMetrics();
    metrics.setNodesByReason(new Map([['slot', 40]]));
    metrics.setNodesByReason(new Map([['eviction-blocked', 2]]));
    expect(await read(metrics, 'ofed_operator_nodes_by_reason{reason="slot"}')).toBe(0);
    expect(await read(metrics, 'ofed_operator_nodes_by_reason{reason="eviction-blocked"}')).toBe(2);
    expect(await read(metrics, 'ofed_operator_nodes_by_reason{reason="in-progress"}')).toBeUndefined();
  });

  it('count failures and drains, and time the states', async () => {
    const metrics = createMetrics();
    expect(await read(metrics, 'ofed_operator_drains_total{result="timed-out"}')).toBe(0);
    metrics.countDrain('timed-out');
    metrics.countFailure('drain-timeout');
    metrics.observeStateSeconds('drain-required', 7);
    expect(await read(metrics, 'ofed_operator_drains_total{result="timed-out"}')).toBe(1);
    expect(await read(metrics, 'ofed_operator_node_failures_total{reason="drain-timeout"}')).toBe(1);
    const times = 'ofed_operator_node_state_duration_seconds';
    expect(await read(metrics, `${times}_bucket{le="5",state="drain-required"}`)).toBe(0);
    expect(await read(metrics, `${times}_bucket{le="10",state="drain-required"}`)).toBe(1);
  });

  it('count API calls by verb, resource and code, and time them', async () => {
    const metrics = createMetrics();
    metrics.countApiRequest({ verb: 'patch', resource: 'nodes', status: 200, seconds: 0.02 });
    metrics.countApiRequest({ verb: 'patch', resource: 'nodes', status: 'timeout', seconds: 20 });
    const requests = 'ofed_operator_api_requests_total{verb="patch",resource="nodes"';
    expect(await read(metrics, `${requests},code="200"}`)).toBe(1);
    expect(await read(metrics, `${requests},code="timeout"}`)).toBe(1);
    const durations = 'ofed_operator_api_request_duration_seconds';
    expect(await read(metrics, `${durations}_count{verb="patch",resource="nodes"}`)).toBe(2);
    expect(await read(metrics, `${durations}_bucket{le="0.025",verb="patch",resource="nodes"}`)).toBe(1);
  });

  it('carry the figures of the process, read anew each time', async () => {
    const metrics = createMetrics();
    const before = (await read(metrics, 'process_cpu_seconds_total')) ?? 0;
    const after = (await read(metrics, 'process_cpu_seconds_total')) ?? 0;
    expect(before).toBeGreaterThan(0);
    expect(after).toBeGreaterThanOrEqual(before);
    expect(after).toBeLessThan(before * 2);
    expect(await read(metrics, 'process_resident_memory_bytes')).toBeGreaterThan(1e6);
  });

  it('can be described before anything has been counted', () => {
    expect(createMetrics().describe()).toContainEqual({
      name: 'ofed_operator_api_requests_total',
      type: 'counter',
      help: 'Calls to the API server.',
      labels: ['verb', 'resource', 'code'],
    });
  });

  it('have no series for each node or pod', () => {
    const labels = new Set(
      createMetrics()
        .describe()
        .flatMap((metric) => metric.labels),
    );
    expect([...labels].sort()).toEqual(['code', 'is', 'reason', 'resource', 'result', 'state', 'to', 'verb']);
  });

  it('are independent of another instance of them', async () => {
    const one = createMetrics();
    const other = createMetrics();
    one.countDecision();
    expect(await read(other, 'ofed_operator_decisions_total')).toBe(0);
  });
});
