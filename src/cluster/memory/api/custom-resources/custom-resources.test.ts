import { describe, expect, it } from 'vitest';
import { StatusError } from '../status-error.ts';
import type { RawObject } from '../types.ts';
import { defineCustomResource, type CustomResource } from './index.ts';

// The words are those of a real kube-apiserver 1.36 for the same schema and the same object.

type Json = Readonly<Record<string, unknown>>;

/** A kind whose objects have a spec with this one field. */
function withField(schema: Json): CustomResource {
  return withSpec({ type: 'object', properties: { f: schema } });
}

function withSpec(spec: Json, status: Json = { type: 'object' }): CustomResource {
  return defineCustomResource({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'things.ex.org' },
    spec: {
      group: 'ex.org',
      scope: 'Namespaced',
      names: { kind: 'Thing', plural: 'things', shortNames: ['th'] },
      versions: [
        { name: 'v0', served: true, storage: false },
        {
          name: 'v1',
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: [{ name: 'F', type: 'string', jsonPath: '.spec.f' }],
          schema: { openAPIV3Schema: { type: 'object', required: ['spec'], properties: { spec, status } } },
        },
      ],
    },
  });
}

function thing(spec: unknown, rest: Json = {}): RawObject {
  return { apiVersion: 'ex.org/v1', kind: 'Thing', metadata: { name: 't' }, spec, ...rest };
}

/** What is stored for a value of the field. */
function stored(schema: Json, value: unknown): unknown {
  return withField(schema).prepare(thing({ f: value }), undefined, {})['spec'];
}

function refusalOf(attempt: () => unknown): StatusError['status'] | undefined {
  try {
    attempt();
    return undefined;
  } catch (error) {
    if (error instanceof StatusError) return error.status;
    throw error;
  }
}

/** What is wrong with a value of the field; undefined if nothing is. */
function problem(schema: Json, value: unknown, before?: unknown): string | undefined {
  const kind = withField(schema);
  const old = before === undefined ? undefined : thing({ f: before });
  return refusalOf(() => kind.prepare(thing({ f: value }), old, {}))?.message.replace(
    'Thing.ex.org "t" is invalid: ',
    '',
  );
}

describe('A definition', () => {
  it('says what is served: the version that is stored', () => {
    const { resource, columns } = withField({ type: 'string' });
    expect(resource).toEqual({
      group: 'ex.org',
      version: 'v1',
      kind: 'Thing',
      listKind: 'ThingList',
      plural: 'things',
      singular: 'thing',
      shortNames: ['th'],
      categories: [],
      namespaced: true,
      hasStatus: true,
    });
    expect(columns).toEqual([{ name: 'F', type: 'string', jsonPath: '.spec.f' }]);
  });
});

describe('A value', () => {
  const integer = { type: 'integer', minimum: 1, maximum: 5 };
  const text = { type: 'string', minLength: 2, maxLength: 4, pattern: '^[a-z]+$' };
  const list = { type: 'array', minItems: 1, maxItems: 2, items: { type: 'string', maxLength: 3 } };
  const map = {
    type: 'object',
    additionalProperties: { type: 'integer', minimum: 0 },
    minProperties: 1,
    maxProperties: 2,
  };
  const keyed = {
    type: 'array',
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['k'],
    items: { type: 'object', required: ['k'], properties: { k: { type: 'string' } } },
  };

  it.each<[string, Json, unknown, string]>([
    [
      'of another type',
      { type: 'string' },
      1,
      'Invalid value: "integer": spec.f in body must be of type string: "integer"',
    ],
    [
      'that is a list',
      { type: 'string' },
      ['a'],
      'Invalid value: "array": spec.f in body must be of type string: "array"',
    ],
    [
      'that is a text',
      integer,
      '1',
      'Invalid value: "string": spec.f in body must be of type integer: "string"',
    ],
    [
      'that is a text for a boolean',
      { type: 'boolean' },
      'true',
      'Invalid value: "string": spec.f in body must be of type boolean: "string"',
    ],
    [
      'below the minimum',
      integer,
      0,
      'Invalid value: 0: spec.f in body should be greater than or equal to 1',
    ],
    ['above the maximum', integer, 6, 'Invalid value: 6: spec.f in body should be less than or equal to 5'],
    [
      'at an exclusive minimum',
      { ...integer, exclusiveMinimum: true },
      1,
      'Invalid value: 1: spec.f in body should be greater than 1',
    ],
    [
      'that is no multiple',
      { type: 'integer', multipleOf: 3 },
      4,
      'Invalid value: 4: spec.f in body should be a multiple of 3',
    ],
    ['too short', text, 'a', 'Invalid value: "a": spec.f in body should be at least 2 chars long'],
    ['too long', text, 'ABCDE', 'Too long: may not be more than 4 bytes'],
    ['of another form', text, 'AB', 'Invalid value: "AB": spec.f in body should match \'^[a-z]+$\''],
    [
      'not among those allowed',
      { type: 'string', enum: ['x', 'y'] },
      'z',
      'Unsupported value: "z": supported values: "x", "y"',
    ],
    [
      'not among the numbers allowed',
      { type: 'integer', enum: [1, 2] },
      3,
      'Unsupported value: 3: supported values: "1", "2"',
    ],
    [
      'with a fraction for either',
      { 'x-kubernetes-int-or-string': true },
      1.5,
      'Invalid value: "number": spec.f in body must be of type integer,string: "number"',
    ],
    [
      'that is no date',
      { type: 'string', format: 'date-time' },
      '2020-01-01',
      'Invalid value: "2020-01-01": spec.f in body must be of type date-time: "2020-01-01"',
    ],
    ['with too few elements', list, [], 'Invalid value: 0: spec.f in body should have at least 1 items'],
    ['with too many elements', list, ['a', 'b', 'c'], 'Too many: 3: must have at most 2 items'],
    ['with too few fields', map, {}, 'Invalid value: 0: spec.f in body should have at least 1 properties'],
    ['with too many fields', map, { a: 1, b: 1, c: 1 }, 'Too many: 3: must have at most 2 items'],
  ])('%s is refused', (_, schema, value, message) => {
    expect(problem(schema, value)).toBe(`spec.f: ${message}`);
  });

  it.each<[string, Json, unknown, string]>([
    ['an element', list, ['abcd'], 'spec.f[0]: Too long: may not be more than 3 bytes'],
    [
      'an entry',
      map,
      { a: -1 },
      'spec.f.a: Invalid value: -1: spec.f.a in body should be greater than or equal to 0',
    ],
    ['a missing field', keyed, [{}], 'spec.f[0].k: Required value'],
    [
      'an element that is there twice',
      keyed,
      [{ k: 'a' }, { k: 'a' }],
      'spec.f[1]: Duplicate value: {"k":"a"}',
    ],
    [
      'a value that is there twice',
      { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } },
      ['a', 'a'],
      'spec.f[1]: Duplicate value: "a"',
    ],
    [
      'a number that is too large',
      { type: 'integer', format: 'int32' },
      2 ** 31,
      '<nil>: Invalid value: "": Checked value must be of type integer with format int32 in spec.f',
    ],
    [
      'what fits none of several schemas',
      { anyOf: [{ required: ['a'] }, { required: ['b'] }], type: 'object' },
      {},
      '[<nil>: Invalid value: "": "spec.f" must validate at least one schema (anyOf), spec.f.a: Required value]',
    ],
    [
      'what fits several schemas',
      { oneOf: [{ required: ['a'] }, { required: ['b'] }], 'x-kubernetes-preserve-unknown-fields': true },
      { a: 1, b: 1 },
      '<nil>: Invalid value: "": "spec.f" must validate one and only one schema (oneOf). Found 2 valid alternatives',
    ],
    [
      'what it must not be',
      { type: 'string', not: { enum: ['z'] } },
      'z',
      '<nil>: Invalid value: "": "spec.f" must not validate the schema (not)',
    ],
  ])('is refused for %s', (_, schema, value, message) => {
    expect(problem(schema, value)).toBe(message);
  });

  it.each<[Json, unknown]>([
    [integer, 1],
    [{ type: 'number' }, 1],
    [text, 'abc'],
    [{ type: 'string', format: 'date-time' }, '2020-01-01T00:00:00.123456Z'],
    [{ type: 'string', format: 'duration' }, '1h30m'],
    [
      {
        'x-kubernetes-int-or-string': true,
        anyOf: [{ type: 'integer' }, { type: 'string' }],
        pattern: '^[0-9]+%?$',
      },
      '5%',
    ],
    [{ 'x-kubernetes-int-or-string': true }, 5],
    [{ type: 'string', nullable: true, enum: ['x'] }, null],
    [keyed, [{ k: 'a' }, { k: 'b' }]],
  ])('by the schema %j may be %j', (schema, value) => {
    expect(stored(schema, value)).toEqual({ f: value });
  });
});

describe('A refusal', () => {
  it('names the object, and all that is wrong with it', () => {
    const kind = withSpec({
      type: 'object',
      properties: { n: { type: 'integer', minimum: 1 }, o: { type: 'object', required: ['r'] } },
    });
    expect(refusalOf(() => kind.prepare(thing({ n: 0, o: {} }), undefined, {}))).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message:
        'Thing.ex.org "t" is invalid: [spec.n: Invalid value: 0: spec.n in body should be greater than or equal to 1, spec.o.r: Required value]',
      reason: 'Invalid',
      details: {
        name: 't',
        group: 'ex.org',
        kind: 'Thing',
        causes: [
          {
            reason: 'FieldValueInvalid',
            message: 'Invalid value: 0: spec.n in body should be greater than or equal to 1',
            field: 'spec.n',
          },
          { reason: 'FieldValueRequired', message: 'Required value', field: 'spec.o.r' },
        ],
      },
      code: 422,
    });
  });

  it.each([undefined, null])('comes for a required field that is %s', (spec) => {
    expect(refusalOf(() => withField({}).prepare(thing(spec), undefined, {}))?.message).toContain(
      'spec: Required value',
    );
  });
});

describe('A field that the schema does not know', () => {
  const spec = {
    type: 'object',
    properties: {
      map: { type: 'array', items: { type: 'object', properties: { k: { type: 'string' } } } },
      keep: {
        type: 'object',
        'x-kubernetes-preserve-unknown-fields': true,
        properties: { known: { type: 'object', properties: { a: { type: 'string' } } } },
      },
      any: { 'x-kubernetes-preserve-unknown-fields': true },
      resource: { type: 'object', 'x-kubernetes-embedded-resource': true },
    },
  };
  const kind = withSpec(spec);
  const extended = thing(
    {
      zz: 1,
      map: [{ k: 'a', z: 1 }],
      keep: { z: { q: 1 }, known: { a: '1', b: 2 } },
      any: { a: [{ b: 1 }] },
    },
    { foo: 1 },
  );

  it('is pruned, unless the schema preserves it', () => {
    expect(kind.prepare(extended, undefined, {})).toEqual(
      thing({ map: [{ k: 'a' }], keep: { z: { q: 1 }, known: { a: '1' } }, any: { a: [{ b: 1 }] } }),
    );
  });

  it('is refused by strict validation', () => {
    expect(refusalOf(() => kind.prepare(extended, undefined, { fieldValidation: 'Strict' }))).toMatchObject({
      code: 400,
      reason: 'BadRequest',
      message:
        'Thing in version "v1" cannot be handled as a Thing: strict decoding error: unknown field "foo", unknown field "spec.keep.known.b", unknown field "spec.map[0].z", unknown field "spec.zz"',
    });
  });

  it('is one of the metadata, whose schema is always the same', () => {
    const metadata = { name: 't', labels: { a: '1' }, foo: 1 };
    expect(kind.prepare(thing({}, { metadata }), undefined, {}).metadata).toEqual({
      name: 't',
      labels: { a: '1' },
    });
    const resource = { apiVersion: 'v1', kind: 'X', metadata };
    expect(kind.prepare(thing({ resource }), undefined, {})['spec']).toEqual({
      resource: { apiVersion: 'v1', kind: 'X', metadata: { name: 't', labels: { a: '1' } } },
    });
    expect(refusalOf(() => kind.prepare(thing({ resource: {} }), undefined, {}))?.message).toContain(
      '[spec.resource.apiVersion: Required value, spec.resource.kind: Required value]',
    );
  });
});

describe('A default', () => {
  const inner = { type: 'object', properties: { z: { type: 'integer', default: 1 } } };
  const spec = {
    type: 'object',
    properties: {
      text: { type: 'string', default: 'd' },
      nullable: { type: 'string', nullable: true, default: 'd' },
      object: { type: 'object', default: {}, properties: { x: { type: 'integer', default: 3 }, y: inner } },
      list: { type: 'array', items: inner },
      none: { type: 'string' },
    },
  };
  const kind = withSpec(spec);
  const defaulted = (value: unknown): unknown => kind.prepare(thing(value), undefined, {})['spec'];
  const all = { text: 'd', nullable: 'd', object: { x: 3 } };

  it.each<[string, unknown, unknown]>([
    ['is there for what is left out', {}, all],
    [
      'gives way to what is given',
      { text: '', object: { x: 0 } },
      { text: '', nullable: 'd', object: { x: 0 } },
    ],
    [
      'is there at every depth of what is there',
      { object: { y: {} }, list: [{}] },
      { ...all, object: { x: 3, y: { z: 1 } }, list: [{ z: 1 }] },
    ],
    ['comes for null', { text: null, object: { x: null } }, all],
    ['comes for an object that is null', { object: null }, all],
    ['does not come for null where null is a value', { nullable: null }, { ...all, nullable: null }],
  ])('%s', (_, value, expected) => {
    expect(defaulted(value)).toEqual(expected);
  });

  it('that does not exist: null is left out', () => {
    expect(defaulted({ none: null })).toEqual(all);
  });
});

describe('A rule', () => {
  const rule = (expression: string, message?: string, rest: Json = {}): Json => ({
    rule: expression,
    ...(message === undefined ? {} : { message }),
    ...rest,
  });
  const ruled = (schema: Json, ...rules: readonly Json[]): Json => ({
    ...schema,
    'x-kubernetes-validations': rules,
  });
  const text = { type: 'string' };

  it.each<[string, Json, unknown, string]>([
    [
      'says its message',
      ruled(text, rule("self != 'bad'", 'is bad')),
      'bad',
      'spec.f: Invalid value: "bad": is bad',
    ],
    [
      'says itself',
      ruled(text, rule("self != 'bad'")),
      'bad',
      'spec.f: Invalid value: "bad": failed rule: self != \'bad\'',
    ],
    [
      'says what its expression gives',
      ruled(text, rule("self != 'bad'", undefined, { messageExpression: "'was ' + self" })),
      'bad',
      'spec.f: Invalid value: "bad": was bad',
    ],
    [
      'gives its reason',
      ruled(text, rule('false', 'no', { reason: 'FieldValueForbidden' })),
      'x',
      'spec.f: Forbidden: no',
    ],
    [
      'gives another reason',
      ruled(text, rule('false', 'no', { reason: 'FieldValueRequired' })),
      'x',
      'spec.f: Required value: no',
    ],
    [
      'gives a third reason',
      ruled(text, rule('false', 'no', { reason: 'FieldValueDuplicate' })),
      'x',
      'spec.f: Duplicate value: "x"',
    ],
    [
      'knows integers',
      ruled({ type: 'integer' }, rule('self > 0', 'must be positive')),
      -1,
      'spec.f: Invalid value: -1: must be positive',
    ],
    [
      'knows numbers',
      ruled({ type: 'number' }, rule('self > 0.5', 'more')),
      0.1,
      'spec.f: Invalid value: 0.1: more',
    ],
    [
      'knows booleans',
      ruled({ type: 'boolean' }, rule('self', 'no')),
      false,
      'spec.f: Invalid value: false: no',
    ],
    [
      'knows maps',
      ruled({ type: 'object', additionalProperties: text }, rule("!('x' in self)", 'no x')),
      { x: '1' },
      'spec.f: Invalid value: no x',
    ],
    [
      'knows lists',
      ruled({ type: 'array', items: text }, rule('self.size() < 2', 'long')),
      ['a', 'b'],
      'spec.f: Invalid value: long',
    ],
    [
      'is about an element',
      { type: 'array', items: ruled(text, rule("self != 'bad'", 'is bad')) },
      ['a', 'bad'],
      'spec.f[1]: Invalid value: "bad": is bad',
    ],
    [
      'knows fields that are not there',
      ruled(
        { type: 'object', properties: { a: text, b: text } },
        rule('!has(self.a) || has(self.b)', 'a needs b'),
      ),
      { a: '1' },
      'spec.f: Invalid value: a needs b',
    ],
    [
      'names another field',
      ruled({ type: 'object', properties: { a: text } }, rule('false', 'no', { fieldPath: '.a' })),
      { a: '1' },
      'spec.f.a: Invalid value: no',
    ],
    [
      'knows fields whose names are no names in the language',
      ruled(
        { type: 'object', properties: { 'a-b': text, if: text } },
        rule('self.a__dash__b == self.__if__', 'no'),
      ),
      { 'a-b': '1', if: '2' },
      'spec.f: Invalid value: no',
    ],
    [
      'knows times',
      ruled(
        { type: 'string', format: 'date-time' },
        rule("self < timestamp('2020-01-01T00:00:00Z')", 'late'),
      ),
      '2021-01-01T00:00:00Z',
      'spec.f: Invalid value: "2021-01-01T00:00:00Z": late',
    ],
    [
      'knows regular expressions in the syntax of Go',
      ruled(text, rule("self.matches('(?i)^A+$')", 'no')),
      'b',
      'spec.f: Invalid value: "b": no',
    ],
  ])('%s', (_, schema, value, message) => {
    expect(problem(schema, value)).toBe(message);
  });

  it('that fails to be evaluated is one that does not hold', () => {
    expect(problem(ruled({ type: 'integer' }, rule('10 / self > 1', 'div')), 0)).toMatch(
      /^spec\.f: Invalid value: "integer": .* evaluating rule: div$/,
    );
    expect(problem(ruled(text, rule('self.', 'broken')), 'x')).toMatch(
      /compilation failed.* evaluating rule: broken$/s,
    );
  });

  it('is not checked while the object has not the form that rules are written for', () => {
    const schema = {
      type: 'object',
      properties: { a: ruled(text, rule('false', 'no')), n: { type: 'integer', minimum: 1 } },
    };
    expect(problem(schema, { a: 'x', n: 'x' })).toBe(
      '[spec.f.n: Invalid value: "string": spec.f.n in body must be of type integer: "string", <nil>: Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation]',
    );
    expect(problem(schema, { a: 'x', n: 0 })).toBe(
      '[spec.f.n: Invalid value: 0: spec.f.n in body should be greater than or equal to 1, spec.f.a: Invalid value: "x": no]',
    );
  });

  describe('about a change', () => {
    const immutable = ruled(text, rule('self == oldSelf', 'is immutable'));

    it('is checked where there was something to change', () => {
      expect(problem(immutable, 'y')).toBeUndefined();
      expect(problem(immutable, 'y', 'x')).toBe('spec.f: Invalid value: "y": is immutable');
      expect(problem(immutable, 'x', 'x')).toBeUndefined();
    });

    it('is not one that only speaks of it', () => {
      expect(problem(ruled(text, rule("self != 'oldSelf'", 'no')), 'oldSelf')).toContain('no');
    });

    it('is checked from the start if it copes with nothing to change', () => {
      const schema = ruled(
        text,
        rule("oldSelf.hasValue() ? self == oldSelf.value() : self.startsWith('a')", 'opt', {
          optionalOldSelf: true,
        }),
      );
      expect(problem(schema, 'b')).toContain('opt');
      expect(problem(schema, 'a')).toBeUndefined();
      expect(problem(schema, 'ab', 'a')).toContain('opt');
    });

    it('knows the elements of a list by their keys', () => {
      const items = { type: 'object', required: ['k'], properties: { k: text, v: immutable } };
      const schema = {
        type: 'array',
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['k'],
        items,
      };
      const before = [{ k: 'a', v: '1' }];
      expect(
        problem(
          schema,
          [
            { k: 'b', v: '2' },
            { k: 'a', v: '2' },
          ],
          before,
        ),
      ).toBe('spec.f[1].v: Invalid value: "2": is immutable');
      expect(problem(schema, [{ k: 'b', v: '2' }], before)).toBeUndefined();
    });
  });
});

describe('What is the same as before', () => {
  it('is left alone, whatever has become of the schema', () => {
    const before = thing({ f: 'was allowed' }, { status: { gone: true } });
    const after = { ...before, metadata: { name: 't', labels: { a: '1' } } };
    expect(withField({ type: 'string', maxLength: 1 }).prepare(after, before, {})).toBe(after);
  });
});
