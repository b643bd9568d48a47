/** `npm run cluster`: a control plane to try things on. */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';

import { cacheDirectory } from './binaries.ts';
import { down, status, up } from './commands.ts';
import type { UpOptions } from './commands.ts';

const USAGE_ERROR = 2;

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It is not a whole number.');
  return Number.parseInt(text, 10);
}

function clusterName(text: string): string {
  if (!/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(text)) {
    throw new InvalidArgumentError('Use lower-case letters, digits and dashes.');
  }
  return text;
}

const name = () =>
  new Option('--name <name>', 'which one, if there are several').default('default').argParser(clusterName);

const program = new Command('npm run cluster --')
  .description(
    'A real Kubernetes control plane on this machine, without containers: etcd, kube-apiserver, kube-controller-manager, ' +
      'kube-scheduler, and KWOK, which plays the nodes and their kubelets.',
  )
  .addHelpText(
    'after',
    `
Examples:
  npm run cluster -- up --nodes 20 --workloads 20   start it, with nodes and a pod on each
  export KUBECONFIG=${cacheDirectory()}/clusters/default/admin.kubeconfig
  kubectl get nodes -L nvidia.com/ofed-driver-upgrade-state
  npm run cluster -- down                           end it and throw it away

The first start builds the programs from source, which takes some ten minutes and needs Go, unless OFED_TEST_ASSETS or
KUBEBUILDER_ASSETS name folders that have them. They are kept in
${cacheDirectory()}.

Tags of driver images steer how the drivers behave: one that contains "crash" crashes, "missing" cannot be pulled, "initfail"
fails in its init container; any other loads. Annotations steer the rest, for example
  kubectl annotate node NODE test.ofed/not-ready=true       the node stops being Ready
  kubectl annotate pod POD test.ofed/terminating=stuck      the pod never finishes terminating`,
  );

program
  .command('up')
  .description('start a control plane in the background, with nodes that have an NVIDIA NIC')
  .option('--nodes <count>', 'how many nodes', wholeNumber, 10)
  .option('--workloads <count>', 'how many replicas of a Deployment to spread over them', wholeNumber, 0)
  .option('--driver-load-ms <ms>', 'how long a driver takes to load', wholeNumber, 1000)
  .addOption(
    new Option(
      '--init-containers <how>',
      "driver pods' init containers succeed at once, or wait to be run from outside",
    )
      .choices(['instantly', 'outside'])
      .default('instantly'),
  )
  .addOption(name())
  .action((options: UpOptions) => up(options));

program
  .command('down')
  .description('end it, with everything in it')
  .addOption(name())
  .action((options: { name: string }) => down(options));

program
  .command('status')
  .description('say whether it runs, what it uses and what is in it; exits with 1 if it does not run')
  .addOption(name())
  .action((options: { name: string }) => status(options));

for (const command of [program, ...program.commands]) {
  command.exitOverride().configureOutput({
    outputError: (text, write) => {
      write(`${text.trim().replaceAll('\n', ' ')}\n`);
    },
  });
}

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : USAGE_ERROR;
  } else {
    console.error(`error: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}
