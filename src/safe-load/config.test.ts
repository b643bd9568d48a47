import { describe, expect, it } from 'vitest';
import { ConfigError, parseConfig } from './config.ts';

const KEY = 'nvidia.com/ofed-driver-upgrade.driver-wait-for-safe-load';

describe('the configuration', () => {
  it('enables safe loading under an annotation', () => {
    const text = JSON.stringify({ safeDriverLoad: { enable: true, annotation: KEY } });
    expect(parseConfig(text)).toEqual({ enable: true, annotation: KEY });
  });

  it.each([
    ['it says so', { safeDriverLoad: { enable: false, annotation: KEY } }],
    ['it says so without an annotation', { safeDriverLoad: { enable: false, annotation: '' } }],
    ['it does not say', { safeDriverLoad: {} }],
    ['it does not speak of it', { moduleDependencyCheck: { enable: true } }],
    ['it says null', { safeDriverLoad: null }],
  ])('leaves safe loading off where %s', (_name, config) => {
    expect(parseConfig(JSON.stringify(config))).toEqual({ enable: false });
  });

  it.each([
    ['{', /the configuration is not valid JSON: /],
    ['', /not valid JSON/],
    ['[]', /is not a JSON object/],
    ['null', /is not a JSON object/],
    ['{"safeDriverLoad": true}', /has a safeDriverLoad that is not a JSON object/],
    ['{"safeDriverLoad": {"enable": "true"}}', /neither true nor false/],
    ['{"safeDriverLoad": {"enable": true}}', /without a safeDriverLoad.annotation/],
    ['{"safeDriverLoad": {"enable": true, "annotation": ""}}', /without a safeDriverLoad.annotation/],
    [
      '{"safeDriverLoad": {"enable": true, "annotation": "a/b/c"}}',
      /"a\/b\/c", which no annotation can be called/,
    ],
    ['{"safeDriverLoad": {"enable": true, "annotation": "spa ce"}}', /letters, digits/],
  ])('that reads %s is an error', (text, message) => {
    expect(() => parseConfig(text)).toThrow(ConfigError);
    expect(() => parseConfig(text)).toThrow(message);
  });
});
