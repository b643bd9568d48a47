import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DEFAULT_NAMESPACE, DRIVER_LABEL, DRIVER_SERVICE_ACCOUNT } from '../../src/contract/keys.ts';
import type { ControlPlane } from '../control-plane/index.ts';
import { INIT_DONE_ANNOTATION } from '../control-plane/fixtures.ts';
import { RequestError } from '../control-plane/index.ts';
import type { ObjectMeta } from '../../src/kubernetes/objects.ts';
import { endsWithin, lastLines, startProgram, type Running } from './program.ts';

const LOOK_MS = 100;
const BACKOFF_MS = 1000;
const LONGEST_BACKOFF_MS = 10_000;

interface RawContainer {
  readonly name: string;
  readonly args?: readonly string[];
  readonly env?: readonly {
    readonly name: string;
    readonly value?: string;
    readonly valueFrom?: { readonly fieldRef?: { readonly fieldPath: string } };
  }[];
}

interface RawPod {
  readonly metadata: ObjectMeta;
  readonly spec: { readonly nodeName?: string; readonly initContainers?: readonly RawContainer[] };
}

/** How a run of the program ended, as the annotation has it; `gone`: its pod went first. */
type Outcome = 'true' | 'failed' | 'gone';

export interface InitContainers {
  /** The last lines of what a node's init containers logged. */
  lastLog(node: string): string;
  /** How many run now. */
  readonly running: number;
  /** Ends all of them. */
  stop(): Promise<void>;
}

/**
 * Plays the kubelets' part for the init containers of driver pods: runs the real program with the pod's own arguments, under the
 * driver's ServiceAccount, and lets the simulated kubelet go on when it has succeeded. One that fails is run again, with backoff.
 * The control plane must have been started with `runInitContainers: 'outside'`.
 */
export function startInitContainers(
  controlPlane: ControlPlane,
  { namespace = DEFAULT_NAMESPACE }: { readonly namespace?: string } = {},
): InitContainers {
  const kubelet = new Kubelet(controlPlane, namespace);
  return {
    lastLog: (node) => kubelet.lastLog(node),
    get running() {
      return kubelet.running;
    },
    stop: () => kubelet.stop(),
  };
}

class Kubelet {
  readonly #controlPlane: ControlPlane;
  readonly #namespace: string;
  readonly #logs: string;
  readonly #stopping = new AbortController();
  /** One for each pod, by its UID: aborted when the pod goes. */
  readonly #pods = new Map<string, { readonly gone: AbortController; readonly work: Promise<void> }>();
  readonly #programs = new Set<Running>();
  readonly #loop: Promise<void>;
  /** For the ServiceAccount with this UID: one that was deleted and made anew does not accept the old one's token. */
  #credentials: { readonly uid: string; readonly kubeconfig: Promise<string> } | undefined;

  constructor(controlPlane: ControlPlane, namespace: string) {
    this.#controlPlane = controlPlane;
    this.#namespace = namespace;
    this.#logs = join(controlPlane.directory, 'init-containers');
    mkdirSync(this.#logs, { recursive: true });
    this.#loop = this.#look();
  }

  get running(): number {
    return this.#programs.size;
  }

  lastLog(node: string): string {
    const files = readdirSync(this.#logs).filter((file) => file.startsWith(`${node}_`));
    return files.map((file) => `${file}:\n${lastLines(join(this.#logs, file))}`).join('\n');
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#loop;
    for (const { gone } of this.#pods.values()) gone.abort();
    await Promise.all([...this.#pods.values()].map(({ work }) => work));
  }

  async #look(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      // Without an API server a kubelet goes on with what it has.
      const pods = await this.#driverPods().catch(() => undefined);
      if (pods !== undefined) this.#compare(pods);
      await sleep(LOOK_MS);
    }
  }

  #compare(pods: readonly RawPod[]): void {
    const wanted = new Map(pods.filter(isToBeRun).map((pod) => [pod.metadata.uid ?? '', pod]));
    for (const [uid, { gone }] of this.#pods) if (!wanted.has(uid)) gone.abort();
    for (const [uid, pod] of wanted) {
      if (this.#pods.has(uid)) continue;
      const gone = new AbortController();
      const work = this.#run(pod, gone.signal).finally(() => this.#pods.delete(uid));
      this.#pods.set(uid, { gone, work });
    }
  }

  async #run(pod: RawPod, gone: AbortSignal): Promise<void> {
    const container = pod.spec.initContainers?.find(({ args }) => args?.includes('safe-load'));
    for (let failures = 0; !gone.aborted; failures += 1) {
      const how = container === undefined ? 'true' : await this.#runOnce(pod, container, gone);
      if (how === 'gone') return;
      await this.#say(pod, how);
      if (how === 'true') return;
      await sleep(Math.min(BACKOFF_MS * (failures + 1), LONGEST_BACKOFF_MS), undefined, {
        signal: gone,
      }).catch(() => undefined);
    }
  }

  async #runOnce(pod: RawPod, container: RawContainer, gone: AbortSignal): Promise<Outcome> {
    const kubeconfig = await this.#kubeconfig();
    if (kubeconfig === undefined) return gone.aborted ? 'gone' : 'failed';
    const env = environmentOf(pod, container);
    const args = (container.args ?? []).map((arg) => expand(arg, env));
    const logFile = join(this.#logs, `${pod.spec.nodeName ?? ''}_${pod.metadata.name}.log`);
    const program = startProgram({ args, env: { ...env, KUBECONFIG: kubeconfig }, logFile });
    this.#programs.add(program);
    const end = (): void => {
      program.signal('SIGTERM');
      void endsWithin(program, 5000).then(() => {
        program.signal('SIGKILL');
      });
    };
    gone.addEventListener('abort', end, { once: true });
    if (gone.aborted) end();
    const { code } = await program.ended;
    gone.removeEventListener('abort', end);
    this.#programs.delete(program);
    if (gone.aborted) return 'gone';
    return code === 0 ? 'true' : 'failed';
  }

  /** @returns undefined without a ServiceAccount; without an API server, what there was */
  async #kubeconfig(): Promise<string | undefined> {
    const account = { namespace: this.#namespace, name: DRIVER_SERVICE_ACCOUNT };
    const path = `/api/v1/namespaces/${account.namespace}/serviceaccounts/${account.name}`;
    try {
      const { uid = '' } = (await this.#controlPlane.api.get(path)).metadata;
      if (this.#credentials?.uid !== uid)
        this.#credentials = { uid, kubeconfig: this.#controlPlane.kubeconfigFor(account) };
    } catch (error) {
      if (error instanceof RequestError) return undefined;
    }
    return this.#credentials?.kubeconfig;
  }

  /** Says how the init container ended, so that the simulated kubelet goes on. */
  async #say(pod: RawPod, how: Exclude<Outcome, 'gone'>): Promise<void> {
    const path = `/api/v1/namespaces/${pod.metadata.namespace ?? ''}/pods/${pod.metadata.name}`;
    const { uid } = pod.metadata;
    const change = { metadata: { uid, annotations: { [INIT_DONE_ANNOTATION]: how } } };
    for (;;) {
      try {
        await this.#controlPlane.api.patch(path, 'merge', change);
        return;
      } catch (error) {
        // 404, 409: the pod is gone, or another one has its name.
        if (error instanceof RequestError && error.status < 500 && error.status !== 429) return;
        if (this.#stopping.signal.aborted) return;
        await sleep(LOOK_MS);
      }
    }
  }

  async #driverPods(): Promise<readonly RawPod[]> {
    const path = `/api/v1/namespaces/${this.#namespace}/pods`;
    return (await this.#controlPlane.api.list<RawPod>(path, { labelSelector: DRIVER_LABEL })).items;
  }
}

function isToBeRun({ metadata, spec }: RawPod): boolean {
  if (spec.nodeName === undefined || metadata.deletionTimestamp !== undefined) return false;
  return (spec.initContainers ?? []).length > 0 && metadata.annotations?.[INIT_DONE_ANNOTATION] !== 'true';
}

function environmentOf(
  { metadata, spec }: RawPod,
  { env = [] }: RawContainer,
): Readonly<Record<string, string>> {
  const fields: Readonly<Record<string, string | undefined>> = {
    'spec.nodeName': spec.nodeName,
    'metadata.name': metadata.name,
    'metadata.namespace': metadata.namespace,
  };
  return Object.fromEntries(
    env.map(({ name, value, valueFrom }) => [
      name,
      value ?? fields[valueFrom?.fieldRef?.fieldPath ?? ''] ?? '',
    ]),
  );
}

/** What a kubelet does with `$(NAME)` in a container's arguments. */
export function expand(argument: string, env: Readonly<Record<string, string>>): string {
  return argument.replaceAll(
    /\$\(([A-Za-z_][A-Za-z0-9_]*)\)/g,
    (reference, name: string) => env[name] ?? reference,
  );
}
