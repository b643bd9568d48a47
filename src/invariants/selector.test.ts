import { describe, expect, it } from 'vitest';
import { parseSelector, selectorOf } from './selector.ts';

describe('parseSelector', () => {
  it.each([
    ['', {}, true],
    ['app=web', { app: 'web' }, true],
    ['app==web', { app: 'db' }, false],
    ['app=web, tier != test', { app: 'web' }, true],
    ['app=web,tier!=test', { app: 'web', tier: 'test' }, false],
    ['app in (web, db),zone', { app: 'db', zone: '' }, true],
    ['app notin (web, db)', { app: 'db' }, false],
    ['app notin (web, db)', {}, true],
    ['!gone', { gone: '1' }, false],
    ['example.com/constructor', {}, false],
    ['constructor', {}, false],
  ])('%s of %o: %s', (selector, labels, matches) => {
    expect(parseSelector(selector)(labels)).toBe(matches);
  });

  it('refuses what is no selector', () => {
    expect(() => parseSelector('a=b=c')).toThrow('not a label selector');
  });
});

describe('selectorOf', () => {
  it('asks for labels and expressions both, and matches nothing when absent', () => {
    const selector = selectorOf({
      matchLabels: { app: 'web' },
      matchExpressions: [{ key: 'zone', operator: 'NotIn', values: ['a'] }],
    });
    expect(selector({ app: 'web', zone: 'b' })).toBe(true);
    expect(selector({ app: 'web', zone: 'a' })).toBe(false);
    expect(selectorOf(undefined)({})).toBe(false);
  });
});
