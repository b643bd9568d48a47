import { describe, expect, it } from 'vitest';
import { defineCustomResource } from '../../src/cluster/memory/api/custom-resources/index.ts';
import { applyConfiguration } from '../../src/cluster/memory/api/field-management.ts';
import { StatusError } from '../../src/cluster/memory/api/status-error.ts';
import type { RawObject } from '../../src/cluster/memory/api/types.ts';
import { renderCrd } from '../../src/contract/crd.ts';

/**
 * The embedded API server judges policies by our CustomResourceDefinition as a real one does. Every message here is what a
 * kube-apiserver 1.36 says to the same policy.
 */
const policies = defineCustomResource({ ...renderCrd() });

type Json = Readonly<Record<string, unknown>>;

const DRIVER: Json = { image: 'mofed', repository: 'mellanox', version: '5.6-1.0.3.3' };

const NOT_CHECKED =
  '<nil>: Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation';

function policy(spec: Json, rest: Json = {}): RawObject {
  const metadata = { name: 'nic-cluster-policy' };
  return { apiVersion: 'mellanox.com/v1alpha1', kind: 'NicClusterPolicy', metadata, spec, ...rest };
}

function withDriver(driver: Json): RawObject {
  const fields = Object.entries({ ...DRIVER, ...driver }).filter(([, value]) => value !== undefined);
  return policy({ ofedDriver: Object.fromEntries(fields) });
}

function withUpgradePolicy(upgradePolicy: unknown): RawObject {
  return withDriver({ upgradePolicy });
}

/** What kubectl says about a policy, behind `The NicClusterPolicy "nic-cluster-policy" is invalid:`; undefined if nothing. */
function problem(object: RawObject, before?: RawObject): string | undefined {
  try {
    policies.prepare(object, before, {});
    return undefined;
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    const { message } = error.status;
    const start = 'NicClusterPolicy.mellanox.com "nic-cluster-policy" is invalid: ';
    return message.startsWith(start) ? message.slice(start.length) : message;
  }
}

const VERSION =
  'is not a driver version: write one such as 24.01-0.3.3.1-0 or doca3.1.0-25.07-0.6.6.0-0, or an image digest as sha256: and 64 hexadecimal digits';
const SELECTOR =
  'is not a label selector: write one as for kubectl --selector, such as app=myapp or tier in (batch,train),!keep';
const IMAGE =
  'is not an image name: write the name alone in lower case, such as mofed or doca-driver; its registry goes into repository and its tag into version';
const REPOSITORY =
  'is not an image repository: write a registry and a path such as nvcr.io/nvidia/mellanox, without https://, a slash at the end or a tag';

describe('A NicClusterPolicy', () => {
  it.each([
    'latest',
    'v24.01',
    '24.01',
    '24.01-',
    '24.01 0.3.3.1',
    '24.01-0.3.3.1/0',
    'sha256:abc',
    `sha256:${'g'.repeat(64)}`,
    'doca-24.01-0.3.3.1-0',
  ])('is refused with the version %j', (version) => {
    expect(problem(withDriver({ version }))).toBe(
      `spec.ofedDriver.version: Invalid value: ${JSON.stringify(version)}: ${VERSION}`,
    );
  });

  it.each([
    '5.6-1.0.3.3',
    '23.10-0.2.2.0.1',
    '24.01-0.3.3.1-0',
    '24.01-0.3.3.1-0-5.15.0-105-generic-ubuntu22.04-amd64',
    'doca3.1.0-25.07-0.6.6.0-0',
    `sha256:${'0a'.repeat(32)}`,
  ])('is taken with the version %j', (version) => {
    expect(problem(withDriver({ version }))).toBeUndefined();
  });

  const at = 'spec.ofedDriver.upgradePolicy';

  it.each<[string, unknown, string]>([
    [
      'maxParallelUpgrades -1',
      { maxParallelUpgrades: -1 },
      `${at}.maxParallelUpgrades: Invalid value: -1: is negative: maxParallelUpgrades must be 0 (no limit) or more`,
    ],
    [
      'a word for a number',
      { maxParallelUpgrades: '50%' },
      `[${at}.maxParallelUpgrades: Invalid value: "string": ${at}.maxParallelUpgrades in body must be of type integer: "string", ${NOT_CHECKED}]`,
    ],
    [
      'half a node',
      { maxParallelUpgrades: 1.5 },
      `[${at}.maxParallelUpgrades: Invalid value: "float64": ${at}.maxParallelUpgrades in body must be of type int32: "float64", <nil>: Invalid value: "": Checked value must be of type integer with format int32 in ${at}.maxParallelUpgrades, ${NOT_CHECKED}]`,
    ],
    [
      'more nodes than there are numbers',
      { maxParallelUpgrades: 2 ** 31 },
      `<nil>: Invalid value: "": Checked value must be of type integer with format int32 in ${at}.maxParallelUpgrades`,
    ],
    [
      'a negative time to wait',
      { waitForCompletion: { timeoutSeconds: -1 } },
      `${at}.waitForCompletion.timeoutSeconds: Invalid value: -1: is negative: timeoutSeconds must be 0 (wait for ever) or more`,
    ],
    [
      'two mistakes',
      { maxParallelUpgrades: -1, drain: { timeoutSeconds: -5 } },
      `[${at}.maxParallelUpgrades: Invalid value: -1: is negative: maxParallelUpgrades must be 0 (no limit) or more, ${at}.drain.timeoutSeconds: Invalid value: -5: is negative: timeoutSeconds must be 0 (drain for ever) or more]`,
    ],
    [
      'safeLoad without autoUpgrade',
      { safeLoad: true, autoUpgrade: false },
      `${at}.safeLoad: Invalid value: needs autoUpgrade: set autoUpgrade to true, or safeLoad to false`,
    ],
    [
      'safeLoad alone',
      { safeLoad: true },
      `${at}.safeLoad: Invalid value: needs autoUpgrade: set autoUpgrade to true, or safeLoad to false`,
    ],
    [
      'a podSelector that is none',
      { drain: { podSelector: 'app==web,,' } },
      `${at}.drain.podSelector: Invalid value: "app==web,,": ${SELECTOR}`,
    ],
    [
      'a selector of jobs that is none',
      { waitForCompletion: { podSelector: 'app in (a' } },
      `${at}.waitForCompletion.podSelector: Invalid value: "app in (a": ${SELECTOR}`,
    ],
    [
      'a podSelector that is too long',
      { drain: { podSelector: `a=${'x'.repeat(1100)}` } },
      `[${at}.drain.podSelector: Too long: may not be more than 1024 bytes, ${NOT_CHECKED}]`,
    ],
  ])('is refused with %s', (_, upgradePolicy, message) => {
    expect(problem(withUpgradePolicy(upgradePolicy))).toBe(message);
  });

  it.each<[string, Json, string]>([
    [
      'a tag in the image',
      { image: 'mofed:24.01' },
      `spec.ofedDriver.image: Invalid value: "mofed:24.01": ${IMAGE}`,
    ],
    ['an image in capitals', { image: 'MOFED' }, `spec.ofedDriver.image: Invalid value: "MOFED": ${IMAGE}`],
    ['no image', { image: undefined }, `[spec.ofedDriver.image: Required value, ${NOT_CHECKED}]`],
    ['an image that is null', { image: null }, `[spec.ofedDriver.image: Required value, ${NOT_CHECKED}]`],
    [
      'a repository with a scheme',
      { repository: 'https://nvcr.io/x' },
      `spec.ofedDriver.repository: Invalid value: "https://nvcr.io/x": ${REPOSITORY}`,
    ],
    [
      'a repository with a slash at its end',
      { repository: 'nvcr.io/x/' },
      `spec.ofedDriver.repository: Invalid value: "nvcr.io/x/": ${REPOSITORY}`,
    ],
    [
      'no repository anywhere',
      { repository: undefined },
      "spec.ofedDriver.repository: Invalid value: is missing: write the driver's repository into ofedDriver.repository, or that of all components into global.repository",
    ],
    [
      'no version anywhere',
      { version: undefined },
      "spec.ofedDriver.version: Invalid value: is missing: write the driver's version into ofedDriver.version, or that of all components into global.version",
    ],
    [
      'a word for a number',
      { terminationGracePeriodSeconds: 'soon' },
      `[spec.ofedDriver.terminationGracePeriodSeconds: Invalid value: "string": spec.ofedDriver.terminationGracePeriodSeconds in body must be of type integer: "string", ${NOT_CHECKED}]`,
    ],
    [
      'a number for a name',
      { imagePullSecrets: [1, 'a'] },
      `[spec.ofedDriver.imagePullSecrets[0]: Invalid value: "integer": spec.ofedDriver.imagePullSecrets[0] in body must be of type string: "integer", ${NOT_CHECKED}]`,
    ],
    [
      'a variable without a name',
      { env: [{ name: '' }] },
      'spec.ofedDriver.env[0].name: Invalid value: "": spec.ofedDriver.env[0].name in body should be at least 1 chars long',
    ],
    [
      'a quantity that is none',
      { containerResources: [{ name: 'x', requests: { cpu: true } }] },
      `[spec.ofedDriver.containerResources[0].requests.cpu: Invalid value: "boolean": spec.ofedDriver.containerResources[0].requests.cpu in body must be of type integer,string: "boolean", <nil>: Invalid value: "": "spec.ofedDriver.containerResources[0].requests.cpu" must validate at least one schema (anyOf), spec.ofedDriver.containerResources[0].requests.cpu: Invalid value: "boolean": spec.ofedDriver.containerResources[0].requests.cpu in body must be of type integer: "boolean", ${NOT_CHECKED}]`,
    ],
  ])('is refused with %s', (_, driver, message) => {
    expect(problem(withDriver(driver))).toBe(message);
  });

  it('is refused for what spec.global says, where the driver does not say otherwise', () => {
    const global = { repository: 'https://x', version: 'latest' };
    const inherited = withDriver({ repository: undefined, version: undefined })['spec'] as Json;
    expect(problem(policy({ ...inherited, global }))).toBe(
      `[spec.global.version: Invalid value: ${VERSION}; or give the driver one of its own in ofedDriver.version, spec.global.repository: Invalid value: ${REPOSITORY}; or give the driver one of its own in ofedDriver.repository]`,
    );
    expect(problem(policy({ ofedDriver: DRIVER, global }))).toBeUndefined();
  });

  it('may leave out all but the driver', () => {
    expect(problem(policy({}))).toBeUndefined();
    expect(problem({ ...policy({}), spec: null })).toBeUndefined();
  });

  it('gets its default values, where a section is written', () => {
    const drain = { enable: true, force: false, podSelector: '', timeoutSeconds: 300, deleteEmptyDir: false };
    const prepared = policies.prepare(
      withUpgradePolicy({ drain: {}, waitForCompletion: null }),
      undefined,
      {},
    );
    expect(prepared['spec']).toEqual({
      ofedDriver: {
        ...DRIVER,
        imagePullSecrets: [],
        terminationGracePeriodSeconds: 300,
        forcePrecompiled: false,
        upgradePolicy: { autoUpgrade: false, paused: false, maxParallelUpgrades: 1, safeLoad: false, drain },
      },
    });
  });

  it('keeps sections that the operator does not read, and loses fields that no section has', () => {
    const sriovDevicePlugin = { image: 'x', config: '{}' };
    const written = policy({ ofedDriver: { ...DRIVER, ofTheFuture: true }, sriovDevicePlugin }, { foo: 1 });
    const prepared = policies.prepare(written, undefined, {});
    expect(prepared).not.toHaveProperty('foo');
    expect(prepared['spec']).toMatchObject({ sriovDevicePlugin });
    expect((prepared['spec'] as Json)['ofedDriver']).not.toHaveProperty('ofTheFuture');
    expect(() => policies.prepare(written, undefined, { fieldValidation: 'Strict' })).toThrow(
      'NicClusterPolicy in version "v1alpha1" cannot be handled as a NicClusterPolicy: strict decoding error: unknown field "foo", unknown field "spec.ofedDriver.ofTheFuture"',
    );
  });

  it('is owned condition by condition in its status', () => {
    const condition = (type: string, status: string): RawObject => ({
      ...policy({}),
      status: { conditions: [{ type, status }] },
    });
    const apply = (live: RawObject, manager: string, config: RawObject): RawObject =>
      applyConfiguration({
        live,
        config,
        manager,
        force: false,
        subresource: 'status',
        time: '2026-01-01T00:00:00Z',
        fields: policies.fields,
      });
    const first = apply(policy({}), 'a', condition('Ready', 'True'));
    const both = apply(first, 'b', condition('Degraded', 'False'));
    expect(both['status']).toEqual({
      conditions: [
        { type: 'Ready', status: 'True' },
        { type: 'Degraded', status: 'False' },
      ],
    });
    expect(() => apply(both, 'b', condition('Ready', 'False'))).toThrow(
      'Apply failed with 1 conflict: conflict with "a" with subresource "status": .status.conditions[type="Ready"].status',
    );
  });
});
