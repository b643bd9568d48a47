import { Option } from 'commander';
import type { Command } from 'commander';
import { DEFAULT_NAMESPACE } from '../contract/keys.ts';
import type { ListenAddress } from '../operator/telemetry/listen-address.ts';
import type { LogLevel } from '../operator/telemetry/log-level.ts';
import { kubeconfigOption, logLevelOption } from './flags.ts';
import * as read from './values.ts';
import { DEFAULT_IMAGE, VERSION } from './version.ts';

export interface RunOptions {
  readonly kubeconfig?: string;
  readonly namespace: string;
  readonly initImage: string;
  /** Default: made up from the host's name. */
  readonly identity?: string;
  readonly metricsAddress?: ListenAddress;
  readonly dashboardAddress?: ListenAddress;
  readonly logLevel: LogLevel;
}

/** `ofed-operator run`: its flags and its help. */
export function addRun(program: Command): Command {
  return program
    .command('run')
    .summary('run the operator')
    .description(
      'Runs the operator until it is told to end (SIGTERM or SIGINT). Several may run: one leads, by the Lease ofed-operator ' +
        'in its namespace, and the others stand by to take over, at once when it ends and within 15 seconds when it fails. It ' +
        'does nothing until there is a NicClusterPolicy named nic-cluster-policy.\n\n' +
        'It logs to standard error, one JSON object a line.',
    )
    .addOption(kubeconfigOption())
    .addOption(
      new Option('--namespace <name>', "where the driver's objects live")
        .env('POD_NAMESPACE')
        .default(DEFAULT_NAMESPACE)
        .argParser(read.namespace),
    )
    .addOption(
      new Option('--init-image <image>', "image of the driver pods' init container: this operator's own")
        .env('OPERATOR_IMAGE')
        .default(DEFAULT_IMAGE)
        .argParser(read.image),
    )
    .addOption(
      new Option(
        '--identity <name>',
        "by which it is known among several; no two that run may have the same (default: the host's name and something random)",
      )
        .env('POD_NAME')
        .argParser(read.objectName),
    )
    .addOption(
      new Option(
        '--metrics-address <address>',
        'serve /metrics, /healthz and /readyz there, for example :8080 (default: not served)',
      ).argParser(read.listenAddress),
    )
    .addOption(
      new Option(
        '--dashboard-address <address>',
        'serve a web page that shows the rollout live there, for example 127.0.0.1:8090; anywhere but on the loopback interface, ' +
          'only to who has a token of the cluster (default: not served)',
      ).argParser(read.listenAddress),
    )
    .addOption(logLevelOption())
    .addHelpText(
      'after',
      `
Examples:
  In a pod, with OPERATOR_IMAGE, POD_NAME and POD_NAMESPACE in its environment:
    ofed-operator run --metrics-address :8080
  From a workstation:
    ofed-operator run --kubeconfig ~/.kube/config --init-image registry.example.com/ofed-operator:${VERSION}`,
    );
}
