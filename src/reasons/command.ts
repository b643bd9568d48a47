import { POLICY_NAME } from '../contract/keys.ts';
import type { PodRef } from './reason.ts';

/** A command line to paste into a shell, with what needs it in quotes. */
export function command(program: string, ...args: readonly string[]): string {
  return [program, ...args.map(quoted)].join(' ');
}

export function kubectl(...args: readonly string[]): string {
  return command('kubectl', ...args);
}

/** `kubectl VERB KIND -n NAMESPACE NAME`. */
export function onObject(verb: string, kind: string, { namespace, name }: PodRef): string {
  return kubectl(verb, kind, '-n', namespace, name);
}

/** Changes fields of the policy, and leaves all others as they are. */
export function patchPolicy(ofedDriver: object): string {
  const patch = JSON.stringify({ spec: { ofedDriver } });
  return kubectl('patch', 'nicclusterpolicy', POLICY_NAME, '--type=merge', '-p', patch);
}

/** A name that came from elsewhere must not be read as anything but a name. */
function quoted(arg: string): string {
  return /^[\w@%+=:,./-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", `'\\''`)}'`;
}
