import { Option } from 'commander';
import type { Command } from 'commander';
import { DEFAULT_NAMESPACE } from '../contract/keys.ts';
import type { ListenAddress } from '../operator/telemetry/listen-address.ts';
import * as read from './values.ts';
import { DEFAULT_IMAGE, VERSION } from './version.ts';

export const MANIFEST_PARTS = ['crd', 'rbac', 'deployment'] as const;

export interface ManifestsOptions {
  /** Absent: all. */
  readonly only?: readonly (typeof MANIFEST_PARTS)[number][];
  readonly namespace: string;
  readonly image: string;
  readonly dashboardAddress?: ListenAddress;
}

/** `ofed-operator manifests`: its flags and its help. */
export function addManifests(program: Command): Command {
  return program
    .command('manifests')
    .summary('print what is to be applied to a cluster')
    .description(
      'Prints, as YAML, the objects that a cluster needs to run the operator: the NicClusterPolicy resource definition, ' +
        "the operator's permissions, and its Deployment.",
    )
    .addOption(
      new Option(
        '--only <parts>',
        `print only these parts, separated by commas: ${MANIFEST_PARTS.join(', ')}`,
      ).argParser(read.someOf(MANIFEST_PARTS)),
    )
    .addOption(
      new Option('--namespace <name>', 'where the operator and the driver live')
        .default(DEFAULT_NAMESPACE)
        .argParser(read.namespace),
    )
    .addOption(
      new Option('--image <image>', "the operator's image")
        .env('OPERATOR_IMAGE')
        .default(DEFAULT_IMAGE)
        .argParser(read.image),
    )
    .addOption(
      new Option(
        '--dashboard-address <address>',
        'have the operator serve its web page there; with 127.0.0.1:8090, to who may forward its ports (default: not served)',
      ).argParser(read.listenAddress),
    )
    .addHelpText(
      'after',
      `
Examples:
  ofed-operator manifests --image registry.example.com/ofed-operator:${VERSION} | kubectl apply --server-side -f -
  ofed-operator manifests --only crd > crd.yaml`,
    );
}
