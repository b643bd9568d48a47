import { describe, expect, it } from 'vitest';
import { acceptedRepresentation } from './media-types.ts';

describe('The representation that is chosen', () => {
  const table = 'application/json;as=Table;v=v1;g=meta.k8s.io';

  it.each([
    ['', 'object'],
    ['application/json', 'object'],
    ['application/json, */*', 'object'],
    ['application/vnd.kubernetes.protobuf,application/json', 'object'],
    [`${table},application/json`, 'table'],
    [`application/json;as=Table;v=v1beta1;g=meta.k8s.io,${table}`, 'table'],
    ['application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json', 'object'],
  ])('of what "%s" accepts is the %s', (accept, expected) => {
    expect(acceptedRepresentation(accept)).toBe(expected);
  });

  it.each([
    'text/html',
    'application/vnd.kubernetes.protobuf',
    'application/json;as=Other;g=meta.k8s.io;v=v1',
  ])('is none for %s', (accept) => {
    expect(() => acceptedRepresentation(accept)).toThrow('application/json');
  });
});
