import { systemClock } from '../cluster/clock.ts';
import { createLogger } from '../operator/telemetry/log.ts';
import { safeLoad } from '../safe-load/safe-load.ts';
import { connect } from './connect.ts';
import type { SafeLoadCommandOptions } from './safe-load.ts';
import { listenForShutdown } from './shutdown.ts';
import { VERSION } from './version.ts';

/** Does `ofed-operator safe-load`: ends with status 0 only when the driver may load. */
export async function holdDriver(options: SafeLoadCommandOptions): Promise<number> {
  const log = createLogger({ level: options.logLevel });
  const { cluster, about } = await connect({ kubeconfig: options.kubeconfig, log });
  log.info({ version: VERSION, node: options.nodeName, ...about }, 'starting');
  const shutdown = listenForShutdown(log);
  const configMap = {
    name: options.configmapName,
    namespace: options.configmapNamespace,
    key: options.configmapKey,
  };
  try {
    const outcome = await safeLoad(
      { cluster, clock: systemClock, log, random: Math.random, nodeName: options.nodeName, configMap },
      shutdown.signal,
    );
    return outcome === 'stopped' ? (shutdown.signalStatus() ?? 1) : 0;
  } catch (error) {
    log.error({ error, node: options.nodeName, configMap }, 'giving up: the driver must not load');
    return 1;
  } finally {
    await cluster.close();
  }
}
