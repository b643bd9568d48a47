import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { countRequests, RequestCounter } from './audit.ts';
import { auditPolicy } from './audit-policy.ts';

const OPERATOR = 'system:serviceaccount:nvidia-network-operator:ofed-operator';
let ids = 0;

function line(
  verb: string,
  objectRef?: { resource: string; subresource?: string },
  more: object = {},
): string {
  return JSON.stringify({
    auditID: `id-${++ids}`,
    stage: 'ResponseComplete',
    verb,
    requestURI: '/api/v1/somewhere?limit=500',
    requestReceivedTimestamp: '2026-01-01T00:00:10.000000Z',
    stageTimestamp: '2026-01-01T00:00:10.004000Z',
    user: { username: OPERATOR },
    ...(objectRef === undefined ? {} : { objectRef }),
    ...more,
  });
}

function count(lines: readonly string[], query = {}) {
  const counter = new RequestCounter(query);
  for (const each of lines) counter.add(each);
  return counter.count();
}

describe('counting requests', () => {
  it('counts by verb and by resource, most frequent first', () => {
    const { total, byVerb, byVerbAndResource } = count([
      line('list', { resource: 'pods' }),
      line('patch', { resource: 'nodes' }),
      line('patch', { resource: 'nodes' }),
      line('patch', { resource: 'nicclusterpolicies', subresource: 'status' }),
    ]);
    expect(total).toBe(4);
    expect(byVerb).toEqual({ patch: 3, list: 1 });
    expect(Object.entries(byVerbAndResource)).toEqual([
      ['patch nodes', 2],
      ['list pods', 1],
      ['patch nicclusterpolicies/status', 1],
    ]);
  });

  it('counts evictions and events for themselves', () => {
    const { total, evictions, events } = count([
      line('create', { resource: 'pods', subresource: 'eviction' }),
      line('create', { resource: 'events' }),
      line('patch', { resource: 'events' }),
      line('create', { resource: 'pods' }),
    ]);
    expect({ total, evictions, events }).toEqual({ total: 4, evictions: 1, events: 2 });
  });

  it('names a request that is not for a resource by its path', () => {
    expect(count([line('get')]).byVerbAndResource).toEqual({ 'get /api/v1/somewhere': 1 });
  });

  it('counts a watch once, although its start and its end are both logged', () => {
    const watch = (auditID: string, stage: string) =>
      line('watch', { resource: 'nodes' }, { auditID, stage });
    const { total } = count([
      watch('one', 'ResponseStarted'),
      watch('two', 'ResponseStarted'),
      watch('one', 'ResponseComplete'),
    ]);
    expect(total).toBe(2);
  });

  it('can be asked for one user, and for what came since a time', () => {
    const lines = [
      line('list', { resource: 'pods' }),
      line('list', { resource: 'pods' }, { user: { username: 'system:serviceaccount:x:y' } }),
      line('list', { resource: 'pods' }, { requestReceivedTimestamp: '2026-01-01T00:00:20Z' }),
    ];
    expect(count(lines, { user: OPERATOR }).total).toBe(2);
    expect(count(lines, { since: Date.parse('2026-01-01T00:00:15Z') }).total).toBe(1);
  });

  it('says how long requests of a kind took, but not how long somebody watched', () => {
    const until = (stageTimestamp: string) => ({ stageTimestamp });
    const { durationsMs } = count([
      line('patch', { resource: 'nodes' }, until('2026-01-01T00:00:10.002500Z')),
      line('patch', { resource: 'nodes' }, until('2026-01-01T00:00:11Z')),
      line('list', { resource: 'pods' }, until('2026-01-01T00:00:10.001Z')),
      line('watch', { resource: 'nodes' }, until('2026-01-01T00:05:00.000000Z')),
    ]);
    const about = (ms: number): unknown => expect.closeTo(ms, 3);
    expect(durationsMs).toEqual({ 'patch nodes': [about(2.5), about(1000)], 'list pods': [about(1)] });
  });

  it('can be asked for one answer', () => {
    const answered = (code: number) => line('patch', { resource: 'nodes' }, { responseStatus: { code } });
    expect(count([answered(200), answered(429), answered(409)], { code: 429 }).total).toBe(1);
  });
});

describe('an audit log', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'audit-'));
  });
  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  it('is read while its last line is still being written', async () => {
    const log = join(directory, 'audit.log');
    writeFileSync(log, `${line('get', { resource: 'nodes' })}\n${line('get').slice(0, 40)}`);
    expect((await countRequests(log)).total).toBe(1);
  });
});

describe('the audit policy', () => {
  it("logs the requests of the operator's ServiceAccounts and no others", () => {
    const { rules } = JSON.parse(auditPolicy('operators')) as { rules: unknown[] };
    expect(rules).toEqual([
      {
        level: 'Metadata',
        userGroups: ['system:serviceaccounts:operators'],
        omitStages: ['RequestReceived'],
      },
      { level: 'None' },
    ]);
  });
});
