import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';
import type { PlantedBug } from './planted-bugs.ts';

/**
 * An esbuild plugin that puts a bug into the sources as they are read.
 *
 * @param root the checkout
 */
export function plant(bug: PlantedBug, root: string): Plugin {
  const path = join(root, 'src', bug.file);
  return {
    name: 'plant',
    setup: (build) => {
      const filter = new RegExp(`${path.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)}$`);
      build.onLoad({ filter }, async () => ({
        contents: withBug(await readFile(path, 'utf8'), bug),
        loader: 'ts',
      }));
    },
  };
}

/** @throws Error if the place is not there, or not the only one: then the bug is to be planted anew */
export function withBug(source: string, { name, file, find, replace }: PlantedBug): string {
  const [before, after, ...more] = source.split(find);
  if (before === undefined || after === undefined || more.length > 0) {
    throw new Error(
      `"${name}" cannot be planted: ${file} has ${source.split(find).length - 1} places with ${JSON.stringify(find)}`,
    );
  }
  return before + replace + after;
}
