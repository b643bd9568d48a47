import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withBug } from './plant.ts';
import { PLANTED_BUGS } from './planted-bugs.ts';

const SOURCES = join(import.meta.dirname, '../..');

describe('Planted bugs', () => {
  it.each(PLANTED_BUGS)('can be planted: $name', async (bug) => {
    const source = await readFile(join(SOURCES, bug.file), 'utf8');
    expect(withBug(source, bug)).not.toBe(source);
  });

  it('have a name each of their own', () => {
    expect(new Set(PLANTED_BUGS.map(({ name }) => name)).size).toBe(PLANTED_BUGS.length);
  });

  it('say so when their place is not there any more', () => {
    const [bug] = PLANTED_BUGS;
    expect(() => withBug('', bug!)).toThrow('cannot be planted');
  });
});
