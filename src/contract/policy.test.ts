import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseLabelSelector } from '../kubernetes/label-selector-parser.ts';
import { parsePolicy } from './policy.ts';
import type { Policy } from './policy.ts';
import { SELECTOR_PATTERN } from './upgrade-policy-schema.ts';

const DRIVER = { image: 'mofed', repository: 'mellanox', version: '5.6-1.0.3.3' };

function read(spec: unknown): Policy {
  const parsed = parsePolicy({ metadata: { name: 'nic-cluster-policy', uid: 'u1', generation: 3 }, spec });
  if (!parsed.ok) throw new Error(parsed.reason);
  return parsed.policy;
}

function refuse(spec: unknown): string {
  const parsed = parsePolicy({ metadata: { name: 'nic-cluster-policy' }, spec });
  if (parsed.ok) throw new Error('it was accepted');
  return parsed.reason;
}

const withUpgrade = (upgradePolicy: unknown) => ({ ofedDriver: { ...DRIVER, upgradePolicy } });

describe('parsePolicy', () => {
  it('knows the policy again by name, uid and generation', () => {
    expect(read({})).toMatchObject({
      name: 'nic-cluster-policy',
      uid: 'u1',
      generation: 3,
      driver: undefined,
    });
  });

  it('upgrades nothing unless told to', () => {
    const off = { autoUpgrade: false, paused: false, maxParallelUpgrades: 1, safeLoad: false };
    expect(read({}).upgrade).toEqual({ ...off, waitForCompletion: undefined, drain: undefined });
    expect(read({ ofedDriver: DRIVER }).upgrade).toEqual({
      ...off,
      waitForCompletion: undefined,
      drain: undefined,
    });
    expect(read(withUpgrade({})).upgrade).toEqual({ ...off, waitForCompletion: undefined, drain: undefined });
  });

  it('drains with the documented defaults as soon as there is a drain section', () => {
    expect(read(withUpgrade({ autoUpgrade: true, drain: {} })).upgrade.drain).toEqual({
      selector: [],
      force: false,
      deleteEmptyDir: false,
      timeoutSeconds: 300,
    });
  });

  it('does not drain without a drain section, nor with one that says so', () => {
    expect(read(withUpgrade({ autoUpgrade: true })).upgrade.drain).toBeUndefined();
    expect(read(withUpgrade({ autoUpgrade: true, drain: { enable: false } })).upgrade.drain).toBeUndefined();
  });

  it('waits for the selected pods, 300 seconds unless told otherwise', () => {
    expect(
      read(withUpgrade({ waitForCompletion: { podSelector: 'app=myapp' } })).upgrade.waitForCompletion,
    ).toEqual({
      selector: [{ key: 'app', operator: 'in', values: ['myapp'] }],
      timeoutSeconds: 300,
    });
    expect(
      read(withUpgrade({ waitForCompletion: { podSelector: 'a', timeoutSeconds: 0 } })).upgrade
        .waitForCompletion,
    ).toMatchObject({ timeoutSeconds: 0 });
  });

  it.each([{}, { podSelector: '' }, { podSelector: '  ', timeoutSeconds: 5 }])(
    'has nothing to wait for with %j',
    (section) => {
      expect(read(withUpgrade({ waitForCompletion: section })).upgrade.waitForCompletion).toBeUndefined();
    },
  );

  it('fills in what the driver section leaves out', () => {
    expect(read({ ofedDriver: DRIVER }).driver).toMatchObject({
      ...DRIVER,
      imagePullSecrets: [],
      env: [],
      terminationGracePeriodSeconds: 300,
      forcePrecompiled: false,
      certConfig: undefined,
      repoConfig: undefined,
      startupProbe: { initialDelaySeconds: 30, periodSeconds: 10, failureThreshold: 120, timeoutSeconds: 10 },
      livenessProbe: { initialDelaySeconds: 10, periodSeconds: 30, failureThreshold: 1, timeoutSeconds: 10 },
      readinessProbe: { initialDelaySeconds: 10, periodSeconds: 30, failureThreshold: 1, timeoutSeconds: 10 },
    });
  });

  it('takes a probe setting below 1 for one that is not given', () => {
    const startupProbe = { initialDelaySeconds: 0, periodSeconds: 20, failureThreshold: -1 };
    expect(read({ ofedDriver: { ...DRIVER, startupProbe } }).driver?.startupProbe).toEqual({
      initialDelaySeconds: 30,
      periodSeconds: 20,
      failureThreshold: 120,
      timeoutSeconds: 10,
    });
  });

  it("lets the driver's own settings come before the global ones, and fills gaps from those", () => {
    const global = {
      repository: 'registry.example:5000/a',
      version: '24.01-0.3.3.1-0',
      imagePullSecrets: ['all'],
    };
    expect(read({ ofedDriver: { image: 'mofed' }, global }).driver).toMatchObject(global);
    expect(
      read({ ofedDriver: { image: 'mofed', repository: '', version: '', imagePullSecrets: [] }, global })
        .driver,
    ).toMatchObject(global);
    expect(read({ ofedDriver: { ...DRIVER, imagePullSecrets: ['own'] }, global }).driver).toMatchObject({
      ...DRIVER,
      imagePullSecrets: ['own'],
    });
  });

  it('lets the global version have any form as long as the driver has its own', () => {
    const global = { version: 'network-operator-v26.7.0' };
    expect(read({ ofedDriver: DRIVER, global }).driver?.version).toBe(DRIVER.version);
    expect(refuse({ ofedDriver: { ...DRIVER, version: undefined }, global })).toContain(
      'spec.global.version is not a driver version',
    );
  });

  it('takes an empty name for no ConfigMap', () => {
    const ofedDriver = { ...DRIVER, certConfig: { name: '' }, repoConfig: { name: 'repos' } };
    expect(read({ ofedDriver }).driver).toMatchObject({ certConfig: undefined, repoConfig: 'repos' });
  });

  it('does not mind sections that it does not read', () => {
    expect(
      read({ ofedDriver: DRIVER, rdmaSharedDevicePlugin: { image: 'x' }, nvIpam: 'anything' }).driver,
    ).toMatchObject(DRIVER);
  });

  it.each([
    '5.6-1.0.3.3',
    '23.10-0.2.2.0.1',
    '24.01-0.3.3.1-0',
    '25.01-0.6.0.0-0-6.8.0-1019-oracle-ubuntu22.04-arm64',
    'doca3.1.0-25.07-0.6.6.0-0',
    'doca3.1-25.07-0.9.7.0-0-5.14.0-427.87.1.el9_4.x86_64-rhcos4.18-amd64',
    `sha256:${'0a'.repeat(32)}`,
  ])('accepts version %s', (version) => {
    expect(read({ ofedDriver: { ...DRIVER, version } }).driver?.version).toBe(version);
  });

  it.each([
    'latest',
    '24.01',
    'v24.01-0.3.3',
    'doca-24.01-0.3.3.1-0',
    'sha256:abc',
    '24.01-0.3.3.1-0 ',
    '24.01-0.3/3',
  ])('refuses version %j and shows how one looks', (version) => {
    expect(refuse({ ofedDriver: { ...DRIVER, version } })).toMatch(
      /^spec\.ofedDriver\.version is not a driver version: write one such as 24\.01-0\.3\.3\.1-0/,
    );
  });

  it.each([
    'mellanox',
    'nvcr.io/nvidia/mellanox',
    'localhost:5000',
    'Registry.Example.com:5000/a_b/c--d',
    '[fd00::1]:5000/a',
  ])('accepts repository %s', (repository) => {
    expect(read({ ofedDriver: { ...DRIVER, repository } }).driver?.repository).toBe(repository);
  });

  it.each([
    [
      { ...DRIVER, version: undefined },
      "spec.ofedDriver.version is missing: write the driver's version into ofedDriver.version",
    ],
    [{ ...DRIVER, repository: '' }, "spec.ofedDriver.repository is missing: write the driver's repository"],
    [
      { ...DRIVER, repository: 'https://nvcr.io/nvidia' },
      'spec.ofedDriver.repository is not an image repository',
    ],
    [{ ...DRIVER, repository: 'nvcr.io/nvidia/' }, 'spec.ofedDriver.repository is not an image repository'],
    [{ ...DRIVER, image: 'Mofed' }, 'spec.ofedDriver.image is not an image name'],
    [{ ...DRIVER, image: 'mofed:5.6' }, 'its registry goes into repository and its tag into version'],
    [{ ...DRIVER, image: undefined }, 'spec.ofedDriver.image is required'],
    [
      { ...DRIVER, terminationGracePeriodSeconds: -1 },
      'terminationGracePeriodSeconds must be 0 (no time at all) or more',
    ],
    [{ ...DRIVER, env: [{ value: 'x' }] }, 'spec.ofedDriver.env[0].name is required'],
  ])('refuses %j and names the field', (ofedDriver, reason) => {
    expect(refuse({ ofedDriver })).toContain(reason);
  });

  it.each([
    [
      { maxParallelUpgrades: -1 },
      'spec.ofedDriver.upgradePolicy.maxParallelUpgrades is negative: maxParallelUpgrades must be 0 (no limit) or more',
    ],
    [
      { maxParallelUpgrades: '25%' },
      'spec.ofedDriver.upgradePolicy.maxParallelUpgrades must be a whole number, not "25%"',
    ],
    [
      { maxParallelUpgrades: 1.5 },
      'spec.ofedDriver.upgradePolicy.maxParallelUpgrades must be a whole number',
    ],
    [{ safeLoad: true }, 'spec.ofedDriver.upgradePolicy.safeLoad needs autoUpgrade: set autoUpgrade to true'],
    [{ drain: { timeoutSeconds: -5 } }, 'drain.timeoutSeconds is negative'],
    [{ waitForCompletion: { timeoutSeconds: -5 } }, 'waitForCompletion.timeoutSeconds is negative'],
    [
      { drain: { podSelector: 'a in b' } },
      'drain.podSelector is not valid: label selector "a in b", character 6: expected "("',
    ],
    [
      { waitForCompletion: { podSelector: '=' } },
      'waitForCompletion.podSelector is not valid: label selector',
    ],
    ['yes', 'spec.ofedDriver.upgradePolicy must be a section with fields, not "yes"'],
  ])('refuses upgradePolicy %j and says what to write', (upgradePolicy, reason) => {
    expect(refuse(withUpgrade(upgradePolicy))).toContain(reason);
  });

  it('refuses a text that is far too long at once', () => {
    const started = performance.now();
    expect(refuse({ ofedDriver: { ...DRIVER, repository: 'a'.repeat(1_000_000) } })).toBe(
      'spec.ofedDriver.repository is too large: the most is 255 characters',
    );
    expect(refuse(withUpgrade({ drain: { podSelector: 'a,'.repeat(500_000) } }))).toContain(
      '1024 characters',
    );
    expect(performance.now() - started).toBeLessThan(1000);
  });

  it('never throws, whatever it is given', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.anything(), fc.record({ metadata: fc.anything(), spec: fc.anything() })),
        (raw) => {
          const parsed = parsePolicy(raw);
          expect(parsed.ok || parsed.reason.length > 0).toBe(true);
        },
      ),
    );
  });
});

describe("the CRD's pattern of a label selector", () => {
  const pieces = fc.constantFrom(
    'a',
    'b.c/d',
    'in',
    'notin',
    '(',
    ')',
    ',',
    '=',
    '==',
    '!=',
    '!',
    '>',
    '<',
    ' ',
    '1',
    'x',
  );

  it('refuses nothing that the parser takes', () => {
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
        const text = parts.join('');
        fc.pre(parses(text));
        expect(SELECTOR_PATTERN.test(text)).toBe(true);
      }),
    );
  });

  it.each([
    'a in b',
    'a,',
    ',',
    '=b',
    'a b',
    '!a=b',
    'a>',
    'a=b c',
    '-a',
    'a in (b',
    'app: myapp',
    '{app: myapp}',
  ])('refuses %j', (text) => {
    expect(SELECTOR_PATTERN.test(text)).toBe(false);
  });

  function parses(text: string): boolean {
    try {
      parseLabelSelector(text);
      return true;
    } catch {
      return false;
    }
  }
});
