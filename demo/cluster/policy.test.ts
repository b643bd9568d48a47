import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { DOCUMENTED_POLICY } from '../../test/harness/documented-policy.ts';
import { demoPolicy } from './policy.ts';

it('is the documented policy, with a limit of its own', () => {
  const documented = parse(DOCUMENTED_POLICY) as { readonly spec: unknown };
  expect(demoPolicy(0)).toMatchObject({ spec: documented.spec });
  expect(demoPolicy(7)).toMatchObject({
    spec: { ofedDriver: { upgradePolicy: { maxParallelUpgrades: 7 } } },
  });
});
