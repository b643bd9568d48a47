import type { IncomingMessage } from 'node:http';
import { refusal, type Answer } from './answers.ts';
import { isLocalHost } from './loopback.ts';
import type { Access, Verdict } from './token-access.ts';

export interface GateOptions {
  readonly access: Access;
  /** The server listens on the loopback interface only. */
  readonly local: boolean;
}

/** Why a request for anything is turned away; undefined: it is not. */
export function turnAway({ method, headers }: IncomingMessage, { local }: GateOptions): Answer | undefined {
  if (local && !isLocalHost(headers.host)) {
    const message = 'This server answers to localhost only: open it by that name, or by 127.0.0.1 or [::1]';
    return refusal(421, { kind: 'bad-request', message });
  }
  if (method !== 'GET' && method !== 'HEAD') {
    const message = 'Nothing can be changed here';
    return refusal(405, { kind: 'bad-request', message }, { allow: 'GET, HEAD' });
  }
  return undefined;
}

/** Why a request for data is turned away; undefined: it is not. */
export async function turnAwayFromData(
  { headers }: IncomingMessage,
  { access }: GateOptions,
): Promise<Answer | undefined> {
  const site = headers['sec-fetch-site'];
  if (site === 'cross-site' || site === 'same-site')
    return refusal(403, { kind: 'forbidden', message: 'Another site asks for this' });
  return VERDICTS[await access.check(headers.authorization)];
}

const VERDICTS: Readonly<Record<Verdict, Answer | undefined>> = {
  allowed: undefined,
  unauthenticated: refusal(
    401,
    { kind: 'unauthenticated', message: 'A token of the cluster is needed, as Authorization: Bearer TOKEN' },
    { 'www-authenticate': 'Bearer realm="ofed-operator"' },
  ),
  forbidden: refusal(403, {
    kind: 'forbidden',
    message: 'This token may not get nicclusterpolicies.mellanox.com/nic-cluster-policy',
  }),
  unavailable: refusal(503, {
    kind: 'unavailable',
    message: 'Whether this token may look cannot be found out at the moment',
  }),
};
