import { createHash } from 'node:crypto';
import type { Clock } from '../../cluster/clock.ts';
import type { Cluster } from '../../cluster/port.ts';
import { POLICY_NAME } from '../../contract/keys.ts';
import type { Logger } from '../../operator/telemetry/log.ts';
import { reviewOf, subjectAccessReviews, tokenReviews, type UserInfo } from './reviews.ts';

export type Verdict = 'allowed' | 'unauthenticated' | 'forbidden' | 'unavailable';

/** Who may look. */
export interface Access {
  /** @param authorization the request's header of that name */
  check(authorization: string | undefined): Promise<Verdict>;
  /** For how long a verdict may be relied on, in milliseconds; undefined: for ever. */
  readonly validFor: number | undefined;
}

/** Whoever reaches the server may look. */
export const openAccess: Access = { check: () => Promise.resolve('allowed'), validFor: undefined };

const VALID_FOR = 60_000;
const MOST_REMEMBERED = 1000;
/** Whoever sends made-up tokens is not to keep the API server busy. */
const MOST_UNDER_WAY = 8;
/** Tokens are a few kilobytes long at the most. */
const LONGEST_TOKEN = 8192;

interface Remembered {
  readonly verdict: Promise<Verdict>;
  readonly until: number;
}

export interface TokenAccessOptions {
  readonly cluster: Pick<Cluster, 'create'>;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Whoever has a token of the cluster by which they may read the policy may look. The API server is asked, and its word is good for a
 * minute.
 */
export class TokenAccess implements Access {
  readonly validFor = VALID_FOR;
  readonly #options: TokenAccessOptions;
  /** By the token's hash: the tokens themselves are not kept. The oldest stand first. */
  readonly #remembered = new Map<string, Remembered>();
  #underWay = 0;

  constructor(options: TokenAccessOptions) {
    this.#options = options;
  }

  check(authorization: string | undefined): Promise<Verdict> {
    const token = /^Bearer +([\w.~+/-]+=*)$/i.exec(authorization ?? '')?.[1];
    if (token === undefined || token.length > LONGEST_TOKEN) return Promise.resolve('unauthenticated');
    const key = createHash('sha256').update(token).digest('base64');
    const known = this.#remembered.get(key);
    const now = this.#options.clock.monotonic();
    if (known !== undefined && now < known.until) return known.verdict;
    if (this.#underWay >= MOST_UNDER_WAY) return Promise.resolve('unavailable');
    return this.#remember(key, { verdict: this.#review(key, token), until: now + VALID_FOR });
  }

  #remember(key: string, remembered: Remembered): Promise<Verdict> {
    // Put at the end, where the newest stand.
    this.#remembered.delete(key);
    this.#remembered.set(key, remembered);
    const [oldest] = this.#remembered.keys();
    if (this.#remembered.size > MOST_REMEMBERED && oldest !== undefined) this.#remembered.delete(oldest);
    return remembered.verdict;
  }

  async #review(key: string, token: string): Promise<Verdict> {
    const { log } = this.#options;
    this.#underWay += 1;
    try {
      const user = await this.#userOf(token);
      if (user === undefined) return 'unauthenticated';
      return (await this.#mayRead(user)) ? 'allowed' : 'forbidden';
    } catch (error) {
      log.warn({ error }, 'token cannot be checked: dashboard not shown');
      this.#remembered.delete(key);
      return 'unavailable';
    } finally {
      this.#underWay -= 1;
    }
  }

  async #userOf(token: string): Promise<UserInfo | undefined> {
    const review = await this.#options.cluster.create(tokenReviews, reviewOf(tokenReviews, { token }));
    return review.user;
  }

  async #mayRead({ username, ...rest }: UserInfo): Promise<boolean> {
    const resourceAttributes = {
      ...{ group: 'mellanox.com', version: 'v1alpha1', resource: 'nicclusterpolicies' },
      ...{ verb: 'get', name: POLICY_NAME },
    };
    const spec = { ...rest, user: username, resourceAttributes };
    const review = await this.#options.cluster.create(
      subjectAccessReviews,
      reviewOf(subjectAccessReviews, spec),
    );
    return review.allowed;
  }
}
