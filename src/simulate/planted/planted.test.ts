import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { editsOf, withEdit } from './plant.ts';
import { PLANTED_BUGS } from './planted-bugs.ts';

const SOURCES = join(import.meta.dirname, '../..');

describe('Planted bugs', () => {
  it.each(PLANTED_BUGS)('can be planted: $name', async (bug) => {
    for (const edit of editsOf(bug)) {
      const source = await readFile(join(SOURCES, edit.file), 'utf8');
      expect(withEdit(source, edit, bug.name)).not.toBe(source);
    }
  });

  it('have a name each of their own', () => {
    expect(new Set(PLANTED_BUGS.map(({ name }) => name)).size).toBe(PLANTED_BUGS.length);
  });

  it('say so when their place is not there any more', () => {
    const [bug] = PLANTED_BUGS;
    expect(() => withEdit('', bug!, bug!.name)).toThrow('cannot be planted');
  });
});
