import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';
import type { Edit, PlantedBug } from './planted-bugs.ts';

/**
 * An esbuild plugin that puts a bug into the sources as they are read.
 *
 * @param root the checkout
 */
export function plant(bug: PlantedBug, root: string): Plugin {
  const edits = editsOf(bug);
  return {
    name: 'plant',
    setup: (build) => {
      for (const file of new Set(edits.map((edit) => edit.file))) {
        const path = join(root, 'src', file);
        const filter = new RegExp(`${path.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)}$`);
        const here = edits.filter((edit) => edit.file === file);
        build.onLoad({ filter }, async () => ({
          contents: here.reduce(
            (source, edit) => withEdit(source, edit, bug.name),
            await readFile(path, 'utf8'),
          ),
          loader: 'ts',
        }));
      }
    },
  };
}

/** All places that are written otherwise for a bug. */
export function editsOf({ secondLine, ...first }: PlantedBug): readonly Edit[] {
  return secondLine === undefined ? [first] : [first, secondLine];
}

/** @throws Error if the place is not there, or not the only one: then the bug is to be planted anew */
export function withEdit(source: string, { file, find, replace }: Edit, bug: string): string {
  const [before, after, ...more] = source.split(find);
  if (before === undefined || after === undefined || more.length > 0) {
    throw new Error(
      `"${bug}" cannot be planted: ${file} has ${source.split(find).length - 1} places with ${JSON.stringify(find)}`,
    );
  }
  return before + replace + after;
}
