import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { DOCUMENTED_POLICY } from '../../test/harness/documented-policy.ts';
import { demoPolicy, policyLines } from './policy.ts';

it('is the documented policy, with a limit of its own', () => {
  const documented = parse(DOCUMENTED_POLICY) as { readonly spec: unknown };
  expect(demoPolicy(0)).toMatchObject({ spec: documented.spec });
  expect(demoPolicy(7)).toMatchObject({
    spec: { ofedDriver: { upgradePolicy: { maxParallelUpgrades: 7 } } },
  });
});

it('is shown with a word on what does not speak for itself, and means the same', () => {
  const lines = policyLines(demoPolicy(6));
  expect(parse(lines.join('\n'))).toEqual({ spec: demoPolicy(6)['spec' as never] });
  expect(lines.filter((line) => line.includes('#'))).toHaveLength(5);
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThan(76);
});
