// Bundles each program into one file that runs with `node` alone: `node build.mjs [NAME…]`, or all of the product.
import { chmodSync, readFileSync } from 'node:fs';
import { build } from 'esbuild';
import { buildPage } from './build-page.mjs';

const { version } = JSON.parse(readFileSync(new URL('./package.json', import.meta.url), 'utf8'));

const PROGRAMS = {
  'ofed-operator': 'src/cli/main.ts',
  'kubectl-ofed': 'src/kubectl/main.ts',
  simulate: 'src/simulate/cli/main.ts',
  floor: 'bench/floor/main.ts',
};
const named = process.argv.slice(2);
const wanted = named.length > 0 ? named : ['ofed-operator', 'kubectl-ofed'];

await build({
  entryPoints: Object.fromEntries(wanted.map((name) => [name, PROGRAMS[name]])),
  outdir: 'dist',
  outExtension: { '.js': '.mjs' },
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  sourcemap: true,
  legalComments: 'none',
  // A source is kept in memory as long as the program runs, with two bytes a character if a single one of them is not Latin.
  minifyWhitespace: true,
  // The simulator builds operators with bugs in them.
  external: ['esbuild'],
  define: {
    __VERSION__: JSON.stringify(version),
    __DASHBOARD_PAGE__: JSON.stringify(await buildPage()),
  },
  // Some dependencies are CommonJS and call require() for Node's own modules.
  banner: {
    js: "#!/usr/bin/env node\nimport { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);",
  },
});

// They begin with a line that says what runs them.
for (const name of wanted) chmodSync(new URL(`./dist/${name}.mjs`, import.meta.url), 0o755);
