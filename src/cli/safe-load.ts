import { Option } from 'commander';
import type { Command } from 'commander';
import { DEFAULT_NAMESPACE, INIT_CONFIG_KEY, INIT_CONFIG_MAP } from '../contract/keys.ts';
import type { LogLevel } from '../operator/telemetry/log-level.ts';
import { kubeconfigOption, logLevelOption } from './flags.ts';
import * as read from './values.ts';

export interface SafeLoadCommandOptions {
  readonly kubeconfig?: string;
  readonly nodeName: string;
  readonly configmapName: string;
  readonly configmapNamespace: string;
  readonly configmapKey: string;
  readonly logLevel: LogLevel;
}

/** `ofed-operator safe-load`: its flags and its help. */
export function addSafeLoad(program: Command): Command {
  return program
    .command('safe-load')
    .summary("hold the driver back until its node is safe (the driver pods' init container)")
    .description(
      "Runs in a driver pod before the driver. If the ConfigMap enables safe loading, it sets the ConfigMap's annotation on " +
        'the node, waits until somebody removes it, and ends; the driver then loads. The operator removes it once the node is ' +
        'cordoned and drained. If safe loading is not enabled, it ends at once.',
    )
    .addOption(
      new Option('--node-name <name>', 'the node that it runs on')
        .env('NODE_NAME')
        .makeOptionMandatory()
        .argParser(read.objectName),
    )
    .addOption(
      new Option('--configmap-name <name>', 'the ConfigMap with the configuration')
        .default(INIT_CONFIG_MAP)
        .argParser(read.objectName),
    )
    .addOption(
      new Option('--configmap-namespace <name>', 'its namespace')
        .default(DEFAULT_NAMESPACE)
        .argParser(read.namespace),
    )
    .addOption(
      new Option('--configmap-key <key>', 'its key that holds the configuration')
        .default(INIT_CONFIG_KEY)
        .argParser(read.configMapKey),
    )
    .addOption(kubeconfigOption())
    .addOption(logLevelOption())
    .addHelpText(
      'after',
      `
The configuration is JSON: {"safeDriverLoad": {"enable": true, "annotation": "KEY"}}

Examples:
  ofed-operator safe-load --node-name gpu-17
  To let the driver load on a node by hand:
    kubectl annotate node gpu-17 nvidia.com/ofed-driver-upgrade.driver-wait-for-safe-load-`,
    );
}
