// Bundles the dashboard's page into three strings, which the operator carries with it: there are no files to serve.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const FOLDER = fileURLToPath(new URL('./src/dashboard/page', import.meta.url));

export async function buildPage() {
  const [html, { outputFiles }] = await Promise.all([
    readFile(`${FOLDER}/index.html`, 'utf8'),
    build({
      entryPoints: { page: `${FOLDER}/main.tsx`, style: `${FOLDER}/page.css` },
      outdir: FOLDER,
      bundle: true,
      minify: true,
      write: false,
      format: 'esm',
      target: ['chrome125', 'firefox125', 'safari17.5'],
      legalComments: 'none',
      tsconfig: `${FOLDER}/tsconfig.json`,
    }),
  ]);
  const text = (end) => outputFiles.find(({ path }) => path.endsWith(end)).text;
  return { html, js: text('.js'), css: text('.css') };
}
