import { Option } from 'commander';
import * as read from './values.ts';

// The flags that several commands have.

export function kubeconfigOption(): Option {
  return new Option(
    '--kubeconfig <file>',
    "how to reach the cluster (default: the pod's own service account, else $KUBECONFIG or ~/.kube/config)",
  ).argParser(read.file);
}

export function logLevelOption(): Option {
  return new Option('--log-level <level>', 'debug, info, warn or error')
    .default('info')
    .argParser(read.logLevel);
}
