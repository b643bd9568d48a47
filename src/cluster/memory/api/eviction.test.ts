import { describe, expect, it } from 'vitest';
import type { Json } from './json.ts';
import { BY_TEST, STATUS_BY_TEST, addPod, at, budgets, makeApi, pods, refusalOf } from './testing/api.ts';
import type { ApiServer } from './types.ts';

const LABELS = { app: 'web' };

/** A budget for pods labelled `app: web`, with what its controller has found out. */
function addBudget(api: ApiServer, name: string, status: Json, spec: Json = {}): void {
  const budget = {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: at(name),
    spec: { minAvailable: 2, selector: { matchLabels: LABELS }, ...spec },
  };
  api.create(budgets, budget, BY_TEST);
  const body = { status: { observedGeneration: 1, desiredHealthy: 2, currentHealthy: 2, ...status } };
  api.patch(budgets, at(name), { type: 'merge', body }, STATUS_BY_TEST);
}

describe('An eviction', () => {
  it('deletes a pod that no budget is about, gracefully, and says so on the pod', () => {
    const { api } = makeApi();
    const { uid } = addPod(api, 'p').metadata;
    api.evict(at('p'), { preconditions: { uid: uid ?? '' } });
    const evicted = api.get(pods, at('p'));
    expect(evicted.metadata.deletionTimestamp).toBe('2026-01-01T00:00:30Z');
    expect(evicted['status']).toMatchObject({
      conditions: [
        { type: 'Ready' },
        { type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI' },
      ],
    });
  });

  it('is refused for a pod that is gone, or another of the same name', () => {
    const { api } = makeApi();
    expect(
      refusalOf(() => {
        api.evict(at('p'));
      }),
    ).toMatchObject({ code: 404, message: 'pods "p" not found' });
    addPod(api, 'p');
    const before = api.get(pods, at('p'));
    expect(
      refusalOf(() => {
        api.evict(at('p'), { preconditions: { uid: 'other' } });
      }),
    ).toMatchObject({
      code: 409,
      reason: 'Conflict',
    });
    expect(api.get(pods, at('p'))).toBe(before);
  });

  it('is refused while the budget allows none, in words that name the budget', () => {
    const { api } = makeApi();
    addBudget(api, 'b', { disruptionsAllowed: 0 });
    addPod(api, 'p', { labels: LABELS });
    const refusal = refusalOf(() => {
      api.evict(at('p'));
    });
    expect(refusal).toMatchObject({
      code: 429,
      reason: 'TooManyRequests',
      message: "Cannot evict pod as it would violate the pod's disruption budget.",
    });
    expect(refusal.details).toEqual({
      causes: [
        {
          reason: 'DisruptionBudget',
          message: 'The disruption budget b needs 2 healthy pods and has 2 currently',
        },
      ],
    });
  });

  it('is refused while nobody has looked at the budget as it is now', () => {
    const { api } = makeApi();
    addBudget(api, 'b', { disruptionsAllowed: 5 });
    addPod(api, 'p', { labels: LABELS });
    api.patch(budgets, at('b'), { type: 'merge', body: { spec: { minAvailable: 1 } } }, BY_TEST);
    expect(
      refusalOf(() => {
        api.evict(at('p'));
      }),
    ).toMatchObject({
      code: 429,
      details: {
        retryAfterSeconds: 10,
        causes: [{ message: 'The disruption budget b is still being processed by the server.' }],
      },
    });
  });

  it('takes from what the budget allows, so that the next one may be refused', () => {
    const { api } = makeApi();
    addBudget(api, 'b', { disruptionsAllowed: 1, currentHealthy: 3 });
    for (const name of ['p', 'q']) addPod(api, name, { labels: LABELS });
    api.evict(at('p'));
    expect(api.get(budgets, at('b'))['status']).toMatchObject({
      disruptionsAllowed: 0,
      disruptedPods: { p: '2026-01-01T00:00:00Z' },
      conditions: [{ type: 'DisruptionAllowed', status: 'False', reason: 'InsufficientPods' }],
    });
    expect(
      refusalOf(() => {
        api.evict(at('q'));
      }).code,
    ).toBe(429);
  });

  it('takes nothing when it is only tried', () => {
    const { api } = makeApi();
    addBudget(api, 'b', { disruptionsAllowed: 1 });
    addPod(api, 'p', { labels: LABELS });
    const { revision } = api;
    api.evict(at('p'), { dryRun: true });
    expect(api.revision).toBe(revision);
  });

  it.each(['Pending', 'Succeeded', 'Failed'])('asks no budget about a pod that is %s', (phase) => {
    const { api } = makeApi();
    addBudget(api, 'b', { disruptionsAllowed: 0 });
    addPod(api, 'p', { labels: LABELS, phase });
    api.evict(at('p'));
    expect(api.find(pods, at('p'))?.metadata.deletionTimestamp).toBe(
      phase === 'Pending' ? '2026-01-01T00:00:30Z' : undefined,
    );
  });

  it('of a pod that terminates already is granted and changes nothing about its time', () => {
    const { api } = makeApi();
    addBudget(api, 'b', { disruptionsAllowed: 0 });
    addPod(api, 'p', { labels: LABELS });
    api.delete(pods, at('p'), { gracePeriodSeconds: 20 });
    api.evict(at('p'));
    expect(api.get(pods, at('p')).metadata.deletionTimestamp).toBe('2026-01-01T00:00:20Z');
  });

  it('is refused as an error where several budgets are about one pod', () => {
    const { api } = makeApi();
    for (const name of ['a', 'b']) addBudget(api, name, { disruptionsAllowed: 5 });
    addPod(api, 'p', { labels: LABELS });
    expect(
      refusalOf(() => {
        api.evict(at('p'));
      }),
    ).toMatchObject({
      code: 500,
      message:
        'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
    });
  });
});

describe('An eviction of a pod that is not Ready', () => {
  it.each([
    ['is granted while enough others are healthy', { currentHealthy: 2 }, {}, 'granted'],
    ['is refused while too few are', { currentHealthy: 1 }, {}, 'refused'],
    ['is refused where none need be healthy', { desiredHealthy: 0 }, {}, 'refused'],
    [
      'is granted whenever its budget says always',
      { currentHealthy: 0 },
      { unhealthyPodEvictionPolicy: 'AlwaysAllow' },
      'granted',
    ],
  ])('%s', (_, status, spec, outcome) => {
    const { api } = makeApi();
    addBudget(api, 'b', { disruptionsAllowed: 0, ...status }, spec);
    addPod(api, 'p', { labels: LABELS, ready: false });
    const evict = (): void => {
      api.evict(at('p'));
    };
    if (outcome === 'granted') expect(evict).not.toThrow();
    else expect(refusalOf(evict).code).toBe(429);
  });
});
