import { sleep } from '../cluster/clock.ts';
import type { Clock } from '../cluster/clock.ts';
import type { Cluster } from '../cluster/port.ts';
import { lookUp } from '../kubernetes/objects.ts';
import { isMarked, markOperations, unmarkOperations } from './annotation.ts';
import { ConfigError, parseConfig } from './config.ts';
import type { SafeLoadConfig } from './config.ts';
import { nodePause } from './pace.ts';
import { CONFIG_MAP_TYPE, NODE_TYPE } from './resources.ts';
import type { WaitingNode } from './resources.ts';
import { retry } from './retry.ts';
import type { Retrying, SafeLoadLog } from './retry.ts';
import { Wait } from './wait.ts';

export interface SafeLoadOptions {
  readonly cluster: Pick<Cluster, 'get' | 'patch'>;
  readonly clock: Clock;
  readonly log: SafeLoadLog;
  /** From 0 to 1, for jitter: `Math.random`. */
  readonly random: () => number;
  /** The node that this process runs on. */
  readonly nodeName: string;
  readonly configMap: { readonly name: string; readonly namespace: string; readonly key: string };
}

/** Why the driver may load, or `stopped`: the process was told to end, and the driver may not. */
export type SafeLoadOutcome = 'not-enabled' | 'released' | 'switched-off' | 'stopped';

/** How often something that a person has to mend is tried before the pod fails, so that they see it there. */
const REFUSALS = 5;

/**
 * Holds the driver back until its node is safe to load it on: marks the node, and waits until somebody takes the mark away. Returns at
 * once if safe loading is not enabled, and stops waiting when it is switched off.
 *
 * Once it waits, nothing but the mark's removal lets the driver load: not an API server that is away, not a configuration that is
 * gone, not a node object that was deleted and made anew.
 *
 * @throws ConfigError or ApiError if the configuration cannot be read or the node cannot be marked, after a few tries
 */
export async function safeLoad(options: SafeLoadOptions, signal: AbortSignal): Promise<SafeLoadOutcome> {
  try {
    return await new SafeLoad(options, signal).run();
  } catch (error) {
    if (signal.aborted) {
      return 'stopped';
    }
    throw error;
  }
}

class SafeLoad {
  readonly #options: SafeLoadOptions;
  readonly #retrying: Retrying;
  readonly #signal: AbortSignal;
  readonly #log: SafeLoadLog;

  constructor(options: SafeLoadOptions, signal: AbortSignal) {
    this.#options = options;
    this.#signal = signal;
    this.#log = options.log;
    this.#retrying = { clock: options.clock, log: options.log, random: options.random, signal };
  }

  async run(): Promise<SafeLoadOutcome> {
    const node = this.#options.nodeName;
    let config = await retry(this.#retrying, 'read the configuration', REFUSALS, () => this.#readConfig());
    if (!config.enable) {
      this.#log.info({ node }, 'safe loading is not enabled: the driver may load');
      return 'not-enabled';
    }
    while (config.enable) {
      const { annotation } = config;
      const changed = await this.#holdBack(annotation);
      if (changed === undefined) {
        this.#log.info({ node, annotation }, 'the annotation was removed: the driver may load');
        return 'released';
      }
      await retry(this.#retrying, 'remove the annotation', REFUSALS, () => this.#unmark(annotation));
      config = changed;
    }
    this.#log.info({ node }, 'safe loading was switched off: the driver may load');
    return 'switched-off';
  }

  /** Returns when the mark is gone, or with the configuration if that is no longer the one that asked for this mark. */
  async #holdBack(annotation: string): Promise<SafeLoadConfig | undefined> {
    let node = await retry(this.#retrying, 'set the annotation', REFUSALS, () => this.#mark(annotation));
    const wait = new Wait(this.#options.clock);
    this.#report(annotation, node, 0);
    while (isMarked(node, annotation)) {
      await this.#pause(nodePause(wait.waited(), node.attended, this.#options.random()));
      if (wait.isReportDue()) {
        this.#report(annotation, node, wait.waited());
      }
      const config = wait.isConfigDue() ? await this.#tryConfig() : undefined;
      if (config !== undefined && !(config.enable && config.annotation === annotation)) {
        return config;
      }
      node = await this.#lookAgain(node, annotation);
    }
    return undefined;
  }

  /** The node as it is now. One of the same name that was made anew was never marked, which must not be taken for a release. */
  async #lookAgain(before: WaitingNode, annotation: string): Promise<WaitingNode> {
    const node = await retry(this.#retrying, 'read the node', Infinity, () => this.#getNode());
    if (node.uid === before.uid) {
      return node;
    }
    this.#log.warn(
      { node: node.name, uid: node.uid, formerUid: before.uid },
      'the node was deleted and made anew: setting the annotation again',
    );
    return retry(this.#retrying, 'set the annotation', Infinity, () => this.#mark(annotation));
  }

  async #mark(annotation: string): Promise<WaitingNode> {
    const node = await this.#getNode();
    if (isMarked(node, annotation)) {
      return node;
    }
    const marked = await this.#patchNode(markOperations(node, annotation));
    if (!isMarked(marked, annotation)) {
      throw new Error(
        'the API server took the annotation but did not keep it: does an admission webhook remove it?',
      );
    }
    return marked;
  }

  async #unmark(annotation: string): Promise<void> {
    const node = await this.#getNode();
    if (isMarked(node, annotation)) {
      await this.#patchNode(unmarkOperations(node, annotation));
    }
  }

  #getNode(): Promise<WaitingNode> {
    return this.#options.cluster.get(NODE_TYPE, { name: this.#options.nodeName }, { signal: this.#signal });
  }

  #patchNode(operations: Parameters<Cluster['patch']>[2]): Promise<WaitingNode> {
    const ref = { name: this.#options.nodeName };
    return this.#options.cluster.patch(NODE_TYPE, ref, operations, { signal: this.#signal });
  }

  async #readConfig(): Promise<SafeLoadConfig> {
    const { key, ...ref } = this.#options.configMap;
    const { data } = await this.#options.cluster.get(CONFIG_MAP_TYPE, ref, { signal: this.#signal });
    const text = lookUp(data, key);
    if (text === undefined) {
      throw new ConfigError(`is missing: ConfigMap ${ref.namespace}/${ref.name} has no key "${key}"`);
    }
    return parseConfig(text);
  }

  async #tryConfig(): Promise<SafeLoadConfig | undefined> {
    try {
      return await this.#readConfig();
    } catch (error) {
      this.#signal.throwIfAborted();
      this.#log.warn({ error }, 'the configuration cannot be read: waiting on as before');
      return undefined;
    }
  }

  #report(annotation: string, node: WaitingNode, waited: number): void {
    const fields = {
      node: node.name,
      annotation,
      waitedSeconds: Math.round(waited / 1000),
      state: node.state,
    };
    this.#log.info(
      fields,
      'waiting until the node is safe to load the driver on and the annotation is removed',
    );
  }

  async #pause(milliseconds: number): Promise<void> {
    await sleep(this.#options.clock, milliseconds, this.#signal);
    this.#signal.throwIfAborted();
  }
}
