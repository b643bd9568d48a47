import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { plant } from '../planted/plant.ts';
import { PLANTED_BUGS, type PlantedBug } from '../planted/planted-bugs.ts';
import { runAll, scenariosFrom, type Failed } from './worker.ts';

export interface PlantedOptions {
  readonly from: number;
  /** The most to spend on one bug. */
  readonly seeds: number;
  readonly workers: number;
  readonly output: 'text' | 'json';
  /** Of the bug's name; absent: all bugs. */
  readonly only?: string;
}

interface Verdict {
  readonly name: string;
  readonly harm: string;
  readonly caught: boolean;
  /** How many seeds were run until it was. */
  readonly seeds: number;
  readonly seed: number | undefined;
  /** The promise that it broke. */
  readonly by: string | undefined;
}

/** Runs each operator with a bug in it until a promise is broken. Returns the exit status: 0 if all were caught. */
export async function provePlanted(options: PlantedOptions): Promise<number> {
  const directory = await mkdtemp(join(tmpdir(), 'planted-'));
  const verdicts: Verdict[] = [];
  try {
    for (const bug of PLANTED_BUGS.filter(({ name }) => name.includes(options.only ?? ''))) {
      const verdict = await prove(bug, join(directory, 'operator.mjs'), options);
      verdicts.push(verdict);
      if (options.output === 'text') console.log(row(verdict));
    }
  } finally {
    await rm(directory, { recursive: true });
  }
  const missed = verdicts.filter(({ caught }) => !caught).length;
  if (options.output === 'json') console.log(JSON.stringify(verdicts, undefined, 2));
  else console.log(`\n${verdicts.length - missed} of ${verdicts.length} broken operators were caught`);
  return missed === 0 ? 0 : 1;
}

async function prove(
  bug: PlantedBug,
  program: string,
  { from, seeds, workers }: PlantedOptions,
): Promise<Verdict> {
  await compile(bug, program);
  let ran = 0;
  let found: Failed | undefined;
  await runAll({
    scenarios: scenariosFrom(from, seeds),
    workers,
    program,
    batch: 2,
    onDelivery: ({ figures, failed }) => {
      ran += figures.runs;
      found ??= failed[0];
      return found === undefined;
    },
  });
  return {
    name: bug.name,
    harm: bug.harm,
    caught: found !== undefined,
    seeds: ran,
    seed: found?.scenario.seed,
    by: found?.outcome.failure?.kind,
  };
}

/** Makes this very program anew, with the bug in the operator that it simulates. */
async function compile(bug: PlantedBug, outfile: string): Promise<void> {
  // Not at the top: the program that is made here is run where there is no such package.
  const { build } = await import('esbuild');
  const root = join(import.meta.dirname, '..');
  await build({
    entryPoints: [join(root, 'src/simulate/cli/main.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    external: ['esbuild'],
    logLevel: 'error',
    plugins: [plant(bug, root)],
    define: { __VERSION__: '"planted"' },
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);",
    },
  });
}

function row({ name, caught, seeds, seed, by }: Verdict): string {
  const how = caught
    ? `seed ${seed ?? ''}, after ${seeds} runs, by ${by ?? ''}`
    : `NOT CAUGHT in ${seeds} runs`;
  return `${caught ? '✓' : '✗'} ${name.padEnd(60)} ${how}`;
}
