import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { DEFAULT_NAMESPACE, DRIVER_CONTAINER } from '../../src/contract/keys.ts';
import { createServiceAccount, grantEverything, setImage } from '../../test/control-plane/fixtures.ts';
import { eventually, RequestError, type ControlPlane } from '../../test/control-plane/index.ts';
import { driverDaemonSet } from '../../test/e2e/fleet.ts';
import { installOperator } from '../../test/harness/index.ts';
import { endsWithin, lastLines, startCommand, type Running } from '../../test/harness/program.ts';
import type { Ask, Contender, RunningContender } from './contender.ts';
import { POLICY, setPolicyVersion } from './operator.ts';

/** The built program; `npm run bench` builds it. */
const FLOOR = fileURLToPath(new URL('../../dist/floor.mjs', import.meta.url));

/** How long a foreign program is given to take in what there is, in milliseconds: it does not say when it has. */
const FOREIGN_START_MS = 10_000;
const STOP_MS = 10_000;

/** The program that makes the contract's writes and nothing else. */
export function floor(parallel: number): Contender {
  return {
    name: 'floor',
    start: async (controlPlane) => {
      const access = await accountFor(controlPlane, 'floor');
      const request = { args: [FLOOR, String(parallel)], env: { KUBECONFIG: access.kubeconfig } };
      const logFile = freshLog(controlPlane, 'floor');
      const running = startCommand(process.execPath, { ...request, logFile });
      await eventually(() => running.end !== undefined || readFileSync(logFile, 'utf8').includes('ready'), {
        what: 'the floor to read the fleet',
        timeoutMs: 120_000,
      });
      return handle(running, {
        ...access,
        logFile,
        ask: (request) => changeDaemonSet(controlPlane, request),
      });
    },
  };
}

/** Any operator that honours the contract, by its command line. It reaches the cluster by `$KUBECONFIG`. */
export function foreignOperator(command: string): Contender {
  return {
    name: 'operator',
    start: async (controlPlane) => {
      await installOperator(controlPlane);
      const access = await accountFor(controlPlane, 'contender');
      const logFile = freshLog(controlPlane, 'contender');
      // By exec, the shell becomes the program, so that it is the program that is measured and ended.
      const running = startCommand('/bin/sh', {
        args: ['-c', `exec ${command}`],
        env: { KUBECONFIG: access.kubeconfig },
        logFile,
      });
      await sleep(FOREIGN_START_MS);
      const ask = ({ version, begin }: Ask): Promise<void> => {
        begin();
        return setPolicyVersion(controlPlane, version);
      };
      return handle(running, { ...access, logFile, ask });
    },
  };
}

interface Access {
  readonly user: string;
  readonly kubeconfig: string;
}

interface Parts extends Access {
  readonly logFile: string;
  readonly ask: RunningContender['ask'];
}

/** In the operator's namespace, because the requests of those accounts are logged. */
async function accountFor(controlPlane: ControlPlane, name: string): Promise<Access> {
  const account = { namespace: DEFAULT_NAMESPACE, name };
  try {
    await createServiceAccount(controlPlane.api, account);
    await grantEverything(controlPlane.api, account);
  } catch (error) {
    if (!(error instanceof RequestError) || error.reason !== 'AlreadyExists') throw error;
  }
  return {
    user: `system:serviceaccount:${DEFAULT_NAMESPACE}:${name}`,
    kubeconfig: await controlPlane.kubeconfigFor(account),
  };
}

let logs = 0;

function freshLog({ directory }: ControlPlane, name: string): string {
  logs += 1;
  return join(directory, `${name}-${logs}.log`);
}

function handle(running: Running, { user, logFile, ask }: Parts): RunningContender {
  return {
    pid: running.pid,
    user,
    ask,
    eventLoopDelay: () => Promise.resolve(undefined),
    obituary: () => obituary(running, logFile),
    stop: async () => {
      running.signal('SIGTERM');
      if ((await endsWithin(running, STOP_MS)) === undefined) running.signal('SIGKILL');
    },
  };
}

/** The floor ends with 0 when it is done. */
function obituary({ end }: Running, logFile: string): string {
  if (end === undefined || end.code === 0) return '';
  return `it has ended (${JSON.stringify(end)}):\n${lastLines(logFile)}`;
}

/**
 * Makes every driver pod out of date, with no operator. The policy is told, too, but in advance: an operator that comes later then finds
 * the DaemonSet as it should be.
 */
export async function changeDaemonSet(controlPlane: ControlPlane, { version, begin }: Ask): Promise<void> {
  const { api } = controlPlane;
  const ref = await driverDaemonSet(api);
  const path = `/apis/apps/v1/namespaces/${ref.namespace}/daemonsets/${ref.name}`;
  const { spec } = await api.get<{ spec: { template: { spec: { containers: Container[] } } } }>(path);
  const policy = await api.get<{ spec: { ofedDriver: { version: string } } }>(POLICY);
  const [first] = spec.template.spec.containers;
  if (first?.name !== DRIVER_CONTAINER) throw new Error(`${path} does not begin with ${DRIVER_CONTAINER}`);
  await setPolicyVersion(controlPlane, version);
  begin();
  await setImage(api, ref, first.image.replace(policy.spec.ofedDriver.version, version));
}

interface Container {
  readonly name: string;
  readonly image: string;
}
