import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { PlanReport } from '../../src/kubectl/plan/plan-report.ts';
import type { TestCluster } from './test-cluster.ts';

/** The kubectl plugin as it is built. */
export const PLUGIN = fileURLToPath(new URL('../../dist/kubectl-ofed.mjs', import.meta.url));

/** What a command did. */
export interface Told {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the plugin as an administrator. @param stdin what it is given to read */
export function ofed(
  { controlPlane }: TestCluster,
  args: readonly string[],
  { stdin = '' }: { readonly stdin?: string } = {},
): Promise<Told> {
  const env = { ...process.env, KUBECONFIG: controlPlane.adminKubeconfig };
  return new Promise((resolve) => {
    const options = { env, maxBuffer: 2 ** 26 };
    const child = execFile(process.execPath, [PLUGIN, ...args], options, (error, out, err) => {
      resolve({ status: typeof error?.code === 'number' ? error.code : 0, out, err });
    });
    child.stdin?.end(stdin);
  });
}

/** A plan of a rollout, and what the command said by its exit status. @throws Error if it complains */
export async function plan(
  cluster: TestCluster,
  args: readonly string[],
  input: { readonly stdin?: string } = {},
): Promise<PlanReport & { readonly status: number }> {
  const { status, out, err } = await ofed(cluster, ['plan', '-o', 'json', ...args], input);
  if (err !== '') throw new Error(err);
  return { ...(JSON.parse(out) as PlanReport), status };
}

/** What keeps each node that would not come through, by the code of its reason. */
export function heldUp({ nodes }: PlanReport): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(
    nodes
      .filter(({ outcome }) => outcome !== 'upgraded' && outcome !== 'untouched')
      .map(({ name, reasons }) => [name, reasons[0]?.code]),
  );
}
