import { describe, expect, it } from 'vitest';
import { ApiError } from '../../cluster/errors.ts';
import { parseLogLevel } from './log-level.ts';
import type { LogLevel } from './log-level.ts';
import { createLogger } from './log.ts';

function capture(level: LogLevel = 'info') {
  const lines: string[] = [];
  const log = createLogger({ level, destination: { write: (line) => lines.push(line) } });
  const last = (): Record<string, unknown> => JSON.parse(lines.at(-1) ?? 'null') as Record<string, unknown>;
  return { log, lines, last };
}

describe('a log line', () => {
  it('is one line of JSON with the time in ISO form, the level as a word, the fields and the message', () => {
    const { log, lines, last } = capture();
    log.warn({ node: 'gpu-17', waited: 3 }, 'node waits');
    expect(lines).toHaveLength(1);
    expect(lines[0]?.endsWith('}\n')).toBe(true);
    expect(last()).toEqual({
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as unknown,
      level: 'warn',
      node: 'gpu-17',
      waited: 3,
      msg: 'node waits',
    });
  });

  it('is written only at the chosen level and above', () => {
    const { log, lines } = capture('warn');
    log.debug({}, 'a');
    log.info({}, 'b');
    log.warn({}, 'c');
    log.error({}, 'd');
    expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual(['c', 'd']);
  });

  it('carries the fields of its child logger, credentials left out', () => {
    const { log, last } = capture();
    log.child({ node: 'a', token: 'abc' }).child({ uid: 'u' }).info({ pod: 'p' }, 'm');
    expect(last()).toMatchObject({ node: 'a', token: '[redacted]', uid: 'u', pod: 'p' });
  });
});

describe('an error in a log line', () => {
  const error = new ApiError('server', 'PATCH nodes/a: 500', { cause: new TypeError('terminated') });

  it('is its name, code, message and cause, without a stack', () => {
    const { log, last } = capture();
    log.error({ error }, 'write failed');
    expect(last()['error']).toEqual({
      name: 'ApiError',
      code: 'server',
      message: 'PATCH nodes/a: 500',
      cause: { name: 'TypeError', message: 'terminated' },
    });
  });

  it('has a stack on level debug', () => {
    const { log, last } = capture('debug');
    log.error({ error }, 'write failed');
    expect(last()['error']).toHaveProperty('stack', expect.stringContaining('log.test.ts'));
  });
});

describe('a credential in a log line', () => {
  it.each(['token', 'Authorization', 'bearerToken', 'client-key-data', 'password', 'clientSecret'])(
    'is not written under the key %s',
    (key) => {
      const { log, lines, last } = capture();
      log.info({ user: { [key]: 'hunter2' } }, 'm');
      expect(last()['user']).toEqual({ [key]: '[redacted]' });
      expect(lines.join('')).not.toContain('hunter2');
    },
  );

  it('is not written inside a text, nor inside an error', () => {
    const { log, lines } = capture();
    const jwt = `eyJhbGciOiJSUzI1NiJ9.${'x'.repeat(20)}.${'y'.repeat(20)}`;
    log.info({ header: 'Bearer s3cr3t-token', error: new Error(`sent ${jwt} away`), list: [jwt] }, 'm');
    expect(lines.join('')).not.toMatch(/s3cr3t|xxxx|yyyy/);
  });

  it('is not seen in a number or in a word about tokens', () => {
    const { log, last } = capture();
    log.info({ tokens: 3, token: 4, message: 'the token file was read again' }, 'm');
    expect(last()).toMatchObject({ tokens: 3, token: 4, message: 'the token file was read again' });
  });
});

describe('a value that JSON cannot hold', () => {
  it('does not break the line', () => {
    const { log, last } = capture();
    const cycle: Record<string, unknown> = {
      big: 12n,
      at: new Date(0),
      set: new Set(['a']),
      bad: new Date(Number.NaN),
    };
    cycle['self'] = cycle;
    log.info({ cycle }, 'm');
    expect(last()['cycle']).toMatchObject({
      big: '12',
      at: '1970-01-01T00:00:00.000Z',
      set: ['a'],
      bad: null,
    });
  });
});

describe('parseLogLevel', () => {
  it('takes the levels in any case and nothing else', () => {
    expect(parseLogLevel('INFO')).toBe('info');
    expect(parseLogLevel(' debug ')).toBe('debug');
    expect(parseLogLevel('verbose')).toBeUndefined();
    expect(parseLogLevel('')).toBeUndefined();
  });
});
