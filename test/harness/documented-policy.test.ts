import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { DOCUMENTED_POLICY, policyYaml } from './documented-policy.ts';

describe('policies as people write them', () => {
  it('has the documented one, with every option', () => {
    const { upgradePolicy } = (
      parse(DOCUMENTED_POLICY) as { spec: { ofedDriver: { upgradePolicy: object } } }
    ).spec.ofedDriver;
    expect(upgradePolicy).toEqual({
      autoUpgrade: true,
      maxParallelUpgrades: 0,
      safeLoad: false,
      waitForCompletion: { podSelector: 'app=myapp', timeoutSeconds: 300 },
      drain: { enable: true, force: false, podSelector: '', timeoutSeconds: 300, deleteEmptyDir: false },
    });
  });

  it('writes others, with a version that stays text', () => {
    expect(parse(policyYaml({ version: '23.10', upgradePolicy: { autoUpgrade: false } }))).toMatchObject({
      kind: 'NicClusterPolicy',
      metadata: { name: 'nic-cluster-policy' },
      spec: { ofedDriver: { version: '23.10', upgradePolicy: { autoUpgrade: false } } },
    });
  });
});
