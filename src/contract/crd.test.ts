import { describe, expect, it } from 'vitest';
import { renderCrd } from './crd.ts';
import { parsePolicy } from './policy.ts';
import type { StructuralSchema } from './structural-schema.ts';

const [version] = renderCrd().spec.versions;
const root = version!.schema.openAPIV3Schema;

/** The schema of a field, by its path: `spec.ofedDriver.env[]`. */
function field(path: string): StructuralSchema {
  return path.split('.').reduce<StructuralSchema>((schema, step) => {
    const [name = '', ...lists] = step.split('[]');
    const found = schema.properties?.[name];
    if (found === undefined) throw new Error(`there is no ${path}`);
    return lists.reduce((list) => list.items ?? {}, found);
  }, root);
}

function walk(
  schema: StructuralSchema,
  visit: (schema: StructuralSchema, path: string) => void,
  path = '',
): void {
  visit(schema, path);
  for (const [name, inner] of Object.entries(schema.properties ?? {})) walk(inner, visit, `${path}.${name}`);
  if (schema.items !== undefined) walk(schema.items, visit, `${path}[]`);
  if (schema.additionalProperties !== undefined) walk(schema.additionalProperties, visit, `${path}{}`);
}

describe('the CustomResourceDefinition', () => {
  it('is that of the cluster-scoped NicClusterPolicy, or ncp', () => {
    expect(renderCrd()).toMatchObject({
      metadata: { name: 'nicclusterpolicies.mellanox.com' },
      spec: {
        group: 'mellanox.com',
        scope: 'Cluster',
        names: { kind: 'NicClusterPolicy', plural: 'nicclusterpolicies', shortNames: ['ncp'] },
        versions: [{ name: 'v1alpha1', served: true, storage: true, subresources: { status: {} } }],
      },
    });
  });

  it('shows in a list how a rollout goes', () => {
    expect(version!.additionalPrinterColumns.map(({ name }) => name)).toEqual([
      'Status',
      'Version',
      'Upgraded',
      'Failed',
      'Age',
    ]);
    for (const { jsonPath } of version!.additionalPrinterColumns) {
      if (jsonPath.startsWith('.status')) expect(() => field(jsonPath.slice(1))).not.toThrow();
    }
  });

  it.each([
    ['autoUpgrade', false],
    ['paused', false],
    ['maxParallelUpgrades', 1],
    ['safeLoad', false],
    ['waitForCompletion.podSelector', ''],
    ['waitForCompletion.timeoutSeconds', 300],
    ['drain.enable', true],
    ['drain.force', false],
    ['drain.podSelector', ''],
    ['drain.timeoutSeconds', 300],
    ['drain.deleteEmptyDir', false],
  ])('fills in upgradePolicy.%s: %j', (name, value) => {
    expect(field(`spec.ofedDriver.upgradePolicy.${name}`).default).toBe(value);
  });

  it('does not make up a section that is not there: without a drain section nodes are not drained', () => {
    for (const section of ['', '.drain', '.waitForCompletion']) {
      expect(field(`spec.ofedDriver.upgradePolicy${section}`)).not.toHaveProperty('default');
    }
  });

  it('keeps what belongs to other components, and refuses what nobody knows inside the driver section', () => {
    expect(field('spec')['x-kubernetes-preserve-unknown-fields']).toBe(true);
    for (const path of [
      'spec.ofedDriver',
      'spec.ofedDriver.upgradePolicy',
      'spec.ofedDriver.upgradePolicy.drain',
    ]) {
      expect(field(path)).not.toHaveProperty('x-kubernetes-preserve-unknown-fields');
    }
  });

  it('needs nothing of the driver but its image: version and repository may come from global', () => {
    expect(field('spec.ofedDriver').required).toEqual(['image']);
    expect(root).not.toHaveProperty('required');
  });

  it('is structural: every field has one type, or is an integer or a text', () => {
    walk(root, (schema, path) => {
      const intOrString = schema['x-kubernetes-int-or-string'] === true;
      expect([path, schema.type !== undefined || intOrString]).toEqual([path, true]);
    });
  });

  it('describes every field that is its own', () => {
    walk(root, (schema, path) => {
      if (
        /^\.spec\.(?:ofedDriver|global)(?!.*[[{]).|^\.status\.(?!conditions)/.test(path) &&
        /\w$/.test(path)
      ) {
        expect([path, schema.description?.endsWith('.')]).toEqual([path, true]);
      }
    });
  });

  it('bounds every text that a rule looks at, so that the API server can tell what the rule costs', () => {
    walk(root, (schema, path) => {
      const looks =
        schema['x-kubernetes-validations']?.some(({ rule }) => rule.includes('self.matches')) ?? false;
      if (looks) expect([path, schema.maxLength !== undefined]).toEqual([path, true]);
    });
  });

  it('says in each rule what to write, in words that follow the name of the field', () => {
    let rules = 0;
    walk(root, (schema) => {
      for (const { message } of schema['x-kubernetes-validations'] ?? []) {
        expect(message).toMatch(/^(?:is|needs) .*(?:write|must be|set)/s);
        rules += 1;
      }
    });
    expect(rules).toBeGreaterThanOrEqual(12);
  });

  it('speaks of the field that is wrong where a rule looks at several', () => {
    expect(field('spec')['x-kubernetes-validations']?.map(({ fieldPath }) => fieldPath)).toEqual([
      '.ofedDriver.version',
      '.global.version',
      '.ofedDriver.repository',
      '.global.repository',
    ]);
  });

  it('gives the reasons that the parser gives', () => {
    const parsed = parsePolicy({
      metadata: { name: 'a' },
      spec: { ofedDriver: { image: 'a', repository: 'b' } },
    });
    const [rule] = field('spec')['x-kubernetes-validations'] ?? [];
    expect(parsed).toEqual({ ok: false, reason: `spec.ofedDriver.version ${rule!.message}` });
  });

  it('has standard conditions, which several may write side by side', () => {
    expect(field('status.conditions')).toMatchObject({
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['type'],
      items: { required: ['type', 'status', 'lastTransitionTime', 'reason', 'message'] },
    });
  });
});
