import { InvalidArgumentError, Option } from 'commander';
import { dashboardPod } from '../gather/dashboard-pod.ts';
import { STATUS, type AddCommand, type Session } from '../session.ts';

interface DashboardOptions {
  readonly port?: number;
  readonly browser: boolean;
}

/** `kubectl ofed dashboard`: the operator's page, in a browser. */
export const addDashboard: AddCommand = (program, run) => {
  const command = program
    .command('dashboard')
    .summary('open the operator’s page, which shows the rollout as it goes on')
    .description(
      'Forwards a port of this machine to the page of the operator that leads, and opens it in a browser, until it is interrupted. The operator serves it only where it is started with --dashboard-address.',
    )
    .addOption(
      new Option('--port <port>', 'of this machine (default: any that is free)').argParser(localPort),
    )
    .addOption(new Option('--no-browser', 'only print the address'))
    .addHelpText(
      'after',
      `
Examples:
  kubectl ofed dashboard
  kubectl ofed dashboard --port 8090 --no-browser`,
    );
  command.action(async (options: DashboardOptions) => {
    await run(command, (session) => show(session, options));
  });
};

async function show(session: Session, { port, browser }: DashboardOptions): Promise<number> {
  const { access, forward, openInBrowser, terminal } = session;
  const { localPort, ended } = await forward(await dashboardPod(access), port, access.signal);
  if (!access.signal.aborted) {
    const url = `http://localhost:${localPort}/`;
    session.print([url]);
    terminal.err('Ctrl-C ends it\n');
    if (browser) openInBrowser(url);
  }
  await ended;
  return STATUS.ok;
}

function localPort(value: string): number {
  const port = Number(value);
  if (!/^\d+$/.test(value) || port < 1 || port > 65_535)
    throw new InvalidArgumentError('A port is a number from 1 to 65535.');
  return port;
}
