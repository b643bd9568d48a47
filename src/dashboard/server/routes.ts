import type { FleetSnapshot } from '../wire.ts';
import { json, refusal, type Answer } from './answers.ts';
import type { FleetFeed } from './feed.ts';

/** The files of the page, as they are sent. */
export interface PageFiles {
  readonly html: string;
  readonly js: string;
  readonly css: string;
}

/** What a path leads to. */
export type Route =
  | { readonly kind: 'file'; readonly answer: Answer }
  | { readonly kind: 'events' }
  | { readonly kind: 'data'; readonly answer: (feed: FleetFeed) => Answer }
  | { readonly kind: 'nothing' };

const NODES = '/api/nodes/';

/** @param url the request's, with its query, which means nothing */
export function routeOf(url: string, page: PageFiles): Route {
  const [path = ''] = url.split('?', 1);
  switch (path) {
    case '/':
      return file(page.html, 'text/html');
    case '/page.js':
      return file(page.js, 'text/javascript');
    case '/page.css':
      return file(page.css, 'text/css');
    case '/api/events':
      return { kind: 'events' };
    case '/api/fleet':
      return { kind: 'data', answer: (feed) => withSnapshot(feed, json) };
    default:
      return path.startsWith(NODES) ? nodeRoute(path.slice(NODES.length)) : { kind: 'nothing' };
  }
}

function file(body: string, type: string): Route {
  return { kind: 'file', answer: { status: 200, type: `${type}; charset=utf-8`, body } };
}

function nodeRoute(encoded: string): Route {
  const name = decoded(encoded);
  if (name === undefined) return { kind: 'nothing' };
  return {
    kind: 'data',
    answer: (feed) => {
      const story = feed.story(name);
      return story === undefined
        ? notFound(`There is no node "${name}", or none that has a driver`)
        : json(story);
    },
  };
}

function decoded(encoded: string): string | undefined {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return undefined;
  }
}

function withSnapshot(feed: FleetFeed, answer: (snapshot: FleetSnapshot) => Answer): Answer {
  const snapshot = feed.snapshot();
  return snapshot === undefined ? notLeading(feed) : answer(snapshot);
}

/** Only who leads knows anything of the fleet; undefined: this process does. */
export function unlessLeading(feed: FleetFeed): Answer | undefined {
  return feed.role.kind === 'leads' ? undefined : notLeading(feed);
}

function notLeading({ role }: FleetFeed): Answer {
  if (role.kind !== 'standby')
    return refusal(503, { kind: 'starting', message: 'The operator is starting' }, SOON);
  const { leader } = role;
  return refusal(
    503,
    {
      kind: 'standby',
      message: leader === undefined ? 'This operator stands by' : `This operator stands by: ${leader} leads`,
      ...(leader === undefined ? {} : { leader }),
    },
    SOON,
  );
}

const SOON = { 'retry-after': '2' } as const;

export function notFound(message: string): Answer {
  return refusal(404, { kind: 'not-found', message });
}
