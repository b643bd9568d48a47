import { beforeEach, describe, expect, it } from 'vitest';
import { ApiError } from '../../cluster/errors.ts';
import { VirtualClock } from '../../cluster/memory/virtual-clock.ts';
import type { ResourceType, Stored } from '../../cluster/port.ts';
import type { ApiObject } from '../../kubernetes/objects.ts';
import { RecordedLog } from '../../operator/testing/recorders.ts';
import { TokenAccess } from './token-access.ts';

interface Review extends ApiObject {
  readonly spec: { readonly token?: string; readonly user?: string; readonly resourceAttributes?: unknown };
}

let clock: VirtualClock;
let log: RecordedLog;
let access: TokenAccess;
let asked: Review[];
/** What an API server says of a review. */
let answer: (review: Review) => object;

const statusOf = ({ kind, spec }: Review): object => {
  if (kind === 'SubjectAccessReview') return { allowed: spec.user === 'ann' };
  const username = { 'token-of-ann': 'ann', 'token-of-bob': 'bob' }[spec.token ?? ''];
  return username === undefined ? {} : { authenticated: true, user: { username, groups: ['dev'] } };
};

beforeEach(() => {
  clock = new VirtualClock();
  log = new RecordedLog();
  asked = [];
  answer = statusOf;
  access = new TokenAccess({
    clock,
    log,
    cluster: {
      create: async <T extends Stored>(type: ResourceType<T>, object: ApiObject): Promise<T> => {
        asked.push(object as Review);
        await Promise.resolve();
        return type.trim({
          ...object,
          metadata: {},
          status: answer(object as Review),
        } as unknown as ApiObject);
      },
    },
  });
});

describe('Who may look', () => {
  it('is who may read the policy, by the word of the API server', async () => {
    expect(await access.check('Bearer token-of-ann')).toBe('allowed');
    expect(await access.check('bearer token-of-bob')).toBe('forbidden');
    expect(await access.check('Bearer made-up')).toBe('unauthenticated');
    expect(asked.find(({ kind }) => kind === 'SubjectAccessReview')?.spec).toEqual({
      user: 'ann',
      groups: ['dev'],
      resourceAttributes: {
        group: 'mellanox.com',
        version: 'v1alpha1',
        resource: 'nicclusterpolicies',
        verb: 'get',
        name: 'nic-cluster-policy',
      },
    });
  });

  it.each([
    undefined,
    '',
    'Bearer',
    'Bearer ',
    'Basic YTpi',
    'Bearer a b',
    'Bearer a\nb',
    `Bearer ${'x'.repeat(9000)}`,
  ])('is not who sends %j, and the API server is not asked', async (header) => {
    expect(await access.check(header)).toBe('unauthenticated');
    expect(asked).toEqual([]);
  });

  it('is asked again only after a minute, and who has lost the right by then may look no more', async () => {
    await Promise.all(['Bearer token-of-ann', 'Bearer token-of-ann'].map((header) => access.check(header)));
    expect(asked).toHaveLength(2);
    answer = () => ({ allowed: false });
    await clock.advance(59_999);
    expect(await access.check('Bearer token-of-ann')).toBe('allowed');
    await clock.advance(1);
    expect(await access.check('Bearer token-of-ann')).toBe('unauthenticated');
  });

  it('is not decided where the API server cannot say, and asked again at once', async () => {
    answer = () => {
      throw new ApiError('server', 'POST tokenreviews/: 500');
    };
    expect(await access.check('Bearer token-of-ann')).toBe('unavailable');
    expect(log.messages('warn')).toHaveLength(1);
    expect(JSON.stringify(log.lines)).not.toContain('token-of-ann');
    answer = statusOf;
    expect(await access.check('Bearer token-of-ann')).toBe('allowed');
  });

  it('cannot keep the API server busy with made-up tokens', async () => {
    const verdicts = await Promise.all(
      Array.from({ length: 100 }, (_, index) => access.check(`Bearer made-up-${index}`)),
    );
    expect(asked).toHaveLength(8);
    expect(verdicts.filter((verdict) => verdict === 'unavailable')).toHaveLength(92);
  });
});
