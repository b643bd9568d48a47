import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

/** How many requests the API server was sent by the operator's ServiceAccounts. */
export interface RequestCount {
  readonly total: number;
  /** `patch`, `list`, `watch`, … as the API server names them: server-side apply is `patch`. */
  readonly byVerb: Readonly<Record<string, number>>;
  /** `patch nodes`, `create pods/eviction`, `get /readyz`. */
  readonly byVerbAndResource: Readonly<Record<string, number>>;
  readonly evictions: number;
  /** Requests that write Kubernetes Events. */
  readonly events: number;
  /**
   * How long each took, from the moment that the API server received it to the end of its answer, in milliseconds, by verb and resource.
   * Without watches, which last as long as somebody listens.
   */
  readonly durationsMs: Readonly<Record<string, readonly number[]>>;
}

export interface CountQuery {
  /** Only requests by this user: `system:serviceaccount:NAMESPACE:NAME`. */
  readonly user?: string;
  /** Only requests that the API server received at this time or later, in milliseconds since 1970. */
  readonly since?: number;
  /** Only requests that were answered with this HTTP status. */
  readonly code?: number;
}

/** The fields of an audit event that are read. */
interface AuditEvent {
  readonly auditID: string;
  readonly verb: string;
  readonly requestURI: string;
  readonly requestReceivedTimestamp: string;
  readonly stageTimestamp: string;
  readonly responseStatus?: { readonly code?: number };
  readonly user?: { readonly username?: string };
  readonly objectRef?: { readonly resource?: string; readonly subresource?: string };
}

/**
 * Counts the requests in an audit log.
 *
 * @param auditLog path of the file; see `ControlPlane.auditLog`
 */
export async function countRequests(auditLog: string, query: CountQuery = {}): Promise<RequestCount> {
  const counter = new RequestCounter(query);
  for await (const line of createInterface({ input: createReadStream(auditLog) })) counter.add(line);
  return counter.count();
}

/** Adds up lines of an audit log. */
export class RequestCounter {
  readonly #query: CountQuery;
  /** Watches are logged when they start and when they end, and are one request. */
  readonly #watches = new Set<string>();
  readonly #byVerb = new Map<string, number>();
  readonly #byVerbAndResource = new Map<string, number>();
  readonly #durations = new Map<string, number[]>();
  #total = 0;
  #evictions = 0;
  #events = 0;

  constructor(query: CountQuery = {}) {
    this.#query = query;
  }

  add(line: string): void {
    const event = parse(line);
    if (event === undefined || !this.#counts(event)) return;
    const resource = resourceOf(event);
    this.#total += 1;
    increment(this.#byVerb, event.verb);
    const kind = `${event.verb} ${resource}`;
    increment(this.#byVerbAndResource, kind);
    if (event.verb !== 'watch') this.#time(kind, event);
    if (resource === 'pods/eviction') this.#evictions += 1;
    if (resource === 'events') this.#events += 1;
  }

  count(): RequestCount {
    return {
      total: this.#total,
      byVerb: sorted(this.#byVerb),
      byVerbAndResource: sorted(this.#byVerbAndResource),
      evictions: this.#evictions,
      events: this.#events,
      durationsMs: Object.fromEntries(this.#durations),
    };
  }

  #time(kind: string, { requestReceivedTimestamp, stageTimestamp }: AuditEvent): void {
    const durations = this.#durations.get(kind) ?? [];
    durations.push(milliseconds(stageTimestamp) - milliseconds(requestReceivedTimestamp));
    this.#durations.set(kind, durations);
  }

  #counts(event: AuditEvent): boolean {
    const { user, since, code } = this.#query;
    if (user !== undefined && event.user?.username !== user) return false;
    if (since !== undefined && Date.parse(event.requestReceivedTimestamp) < since) return false;
    if (code !== undefined && event.responseStatus?.code !== code) return false;
    if (event.verb !== 'watch') return true;
    if (this.#watches.has(event.auditID)) return false;
    this.#watches.add(event.auditID);
    return true;
  }
}

/** @returns undefined for an empty line and for the last one while it is being written */
function parse(line: string): AuditEvent | undefined {
  try {
    return JSON.parse(line) as AuditEvent;
  } catch {
    return undefined;
  }
}

function resourceOf({ objectRef, requestURI }: AuditEvent): string {
  if (objectRef?.resource === undefined) return requestURI.replace(/\?.*$/, '');
  return objectRef.subresource === undefined
    ? objectRef.resource
    : `${objectRef.resource}/${objectRef.subresource}`;
}

function increment(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** Since 1970, with the microseconds of an audit event's times, which `Date` leaves out. */
function milliseconds(time: string): number {
  const [seconds = '', fraction = '0'] = time.replace('Z', '').split('.');
  return Date.parse(`${seconds}Z`) + Number(`0.${fraction}`) * 1000;
}

/** Most frequent first. */
function sorted(counts: ReadonlyMap<string, number>): Readonly<Record<string, number>> {
  return Object.fromEntries([...counts].sort(([a, n], [b, m]) => m - n || a.localeCompare(b)));
}
