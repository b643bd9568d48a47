import { describe, expect, it } from 'vitest';
import { expand } from './init-containers.ts';

describe('a container’s arguments', () => {
  it.each([
    ['$(NODE_NAME)', 'gpu-17'],
    ['--node-name=$(NODE_NAME)', '--node-name=gpu-17'],
    ['$(OTHER)', '$(OTHER)'],
    ['$NODE_NAME', '$NODE_NAME'],
  ])('%s becomes %s', (argument, expanded) => {
    expect(expand(argument, { NODE_NAME: 'gpu-17' })).toBe(expanded);
  });
});
