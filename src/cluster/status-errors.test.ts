import { describe, expect, it } from 'vitest';
import type { NamedCall } from './calls.ts';
import type { ApiError } from './errors.ts';
import { statusObject, type StatusFields } from './http/testing/answers.ts';
import { answerFailure } from './status-errors.ts';

const get: NamedCall = { verb: 'get', name: 'GET nodes/n' };
const patch: NamedCall = { verb: 'patch', name: 'PATCH nodes/n' };

function failure(call: NamedCall, status: number, fields?: StatusFields, retryAfter?: string): ApiError {
  const body = fields === undefined ? undefined : statusObject(status, fields);
  return answerFailure(call, { status, body, retryAfter });
}

describe('answerFailure', () => {
  it.each([
    [400, 'BadRequest', 'invalid'],
    [401, 'Unauthorized', 'unauthorized'],
    [403, 'Forbidden', 'forbidden'],
    [404, 'NotFound', 'not-found'],
    [405, 'MethodNotAllowed', 'invalid'],
    [408, 'Timeout', 'timeout'],
    [409, 'Conflict', 'conflict'],
    [409, 'AlreadyExists', 'already-exists'],
    [410, 'Expired', 'gone'],
    [422, 'Invalid', 'invalid'],
    [429, 'TooManyRequests', 'too-many-requests'],
    [500, 'InternalError', 'server'],
    [503, 'ServiceUnavailable', 'server'],
    [504, 'Timeout', 'server'],
  ])('makes of %i %s: %s', (status, reason, code) => {
    expect(failure(get, status, { reason })).toMatchObject({ code, details: { status, reason } });
  });

  it('goes by the status alone where a proxy answers', () => {
    expect(failure(get, 404)).toMatchObject({
      code: 'not-found',
      message: 'GET nodes/n: the API server answered 404',
    });
    expect(failure(get, 502).code).toBe('server');
  });

  it('knows the answer to a JSON patch that did not fit from one that validation refuses', () => {
    const unfit = {
      reason: 'Invalid',
      message: 'the server rejected our request due to an error in our request',
      details: {},
    };
    expect(failure(patch, 422, unfit).code).toBe('precondition-failed');
    const causes = [{ reason: 'FieldValueInvalid', message: 'no', field: 'metadata.labels' }];
    expect(failure(patch, 422, { ...unfit, details: { causes } }).code).toBe('invalid');
    expect(failure(patch, 422, { ...unfit, details: { name: 'n', kind: 'nodes' } }).code).toBe('invalid');
    const webhook = 'admission webhook "w.example.com" denied the request: no';
    expect(failure(patch, 422, { ...unfit, message: webhook }).code).toBe('invalid');
    expect(failure({ ...patch, verb: 'apply' }, 422, unfit).code).toBe('invalid');
  });

  it('says that a write may have been done after a 5xx, and only then', () => {
    expect(failure(patch, 500).details.maybeApplied).toBe(true);
    expect(failure(patch, 409).details.maybeApplied).toBe(false);
    expect(failure(get, 500).details.maybeApplied).toBe(false);
  });

  it('takes the wait from the header, or else from the Status', () => {
    const fields = { details: { retryAfterSeconds: 3 } };
    expect(failure(get, 429, fields, '7').details.retryAfterSeconds).toBe(7);
    expect(failure(get, 429, fields).details.retryAfterSeconds).toBe(3);
    expect(failure(get, 429, {}, 'Wed, 21 Oct 2026 07:28:00 GMT').details.retryAfterSeconds).toBeUndefined();
  });

  it('passes on what the server said, with the causes in which alone it names a budget', () => {
    const message = "Cannot evict pod as it would violate the pod's disruption budget.";
    const causes = [
      { reason: 'DisruptionBudget', message: 'The disruption budget web needs 2 healthy pods' },
    ];
    expect(failure(patch, 429, { message, details: { causes } }).details.said).toBe(
      "Cannot evict pod as it would violate the pod's disruption budget: The disruption budget web needs 2 healthy pods",
    );
    expect(failure(patch, 502).details).not.toHaveProperty('said');
  });

  it('survives a Status of which nothing is as it should be', () => {
    const fields = {
      reason: 5,
      message: [],
      details: { causes: [null, 3, { reason: {} }], retryAfterSeconds: 'x' },
    };
    const body = { ...statusObject(500), ...fields };
    expect(answerFailure(get, { status: 500, body })).toMatchObject({
      code: 'server',
      details: { causes: [] },
    });
  });

  it('cuts a long message short', () => {
    expect(failure(get, 422, { message: 'x'.repeat(100_000) }).message.length).toBeLessThan(1000);
  });
});
