import { Agent, interceptors, request, type Dispatcher } from 'undici';

/** Whether a registry has an image; `unknown`, and why, where it does not say. */
export type ImageAnswer =
  { readonly state: 'present' | 'missing' } | { readonly state: 'unknown'; readonly why: string };

export type AskForImage = (image: string, signal: AbortSignal) => Promise<ImageAnswer>;

/** How long a registry may take for one answer, in milliseconds: a plan must not hang on one that cannot be reached from here. */
const TIMEOUT = 5_000;

const ACCEPT = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

/** Some registries send everybody on to the one that is next to them. */
const MOST_REDIRECTIONS = 5;

interface Answer {
  /** Who gave it, after redirections. */
  readonly from: URL;
  readonly status: number;
  readonly headers: Dispatcher.ResponseData['headers'];
  readonly text: () => Promise<string>;
}

interface Asking {
  readonly dispatcher: Dispatcher;
  /** In milliseconds, for one answer. */
  readonly timeout: number;
  readonly signal: AbortSignal;
}

/**
 * Asks a registry for an image's manifest, without credentials, or with the token that it gives to anybody.
 *
 * @param timeout in milliseconds, for one answer
 * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md#checking-if-content-exists-in-the-registry
 */
export function registryLookup(timeout = TIMEOUT): AskForImage {
  const dispatcher = new Agent().compose(interceptors.redirect({ maxRedirections: MOST_REDIRECTIONS }));
  return async (image, signal) => {
    const at = locate(image);
    if (at === undefined) return { state: 'unknown', why: 'its name is not one of an image' };
    const url = new URL(`${schemeOf(at.host)}://${at.host}/v2/${at.name}/manifests/${at.reference}`);
    try {
      return await lookUp(url, { dispatcher, timeout, signal });
    } catch (error) {
      if (signal.aborted) throw error;
      return { state: 'unknown', why: `${at.host} cannot be reached from here: ${messageOf(error)}` };
    }
  };
}

async function lookUp(url: URL, asking: Asking): Promise<ImageAnswer> {
  const first = await ask(url, 'HEAD', { accept: ACCEPT }, asking);
  if (first.status !== 401) return judged(first);
  const token = await tokenFor(first, asking);
  if (token === undefined) return judged(first);
  // Asked for where the challenge came from: a token is not for whoever else sent us there.
  const headers = { accept: ACCEPT, authorization: `Bearer ${token}` };
  return judged(await ask(first.from, 'HEAD', headers, asking));
}

function judged({ status, from: { host } }: Answer): ImageAnswer {
  if (status >= 200 && status < 300) return { state: 'present' };
  if (status === 404) return { state: 'missing' };
  const why =
    status === 401 || status === 403
      ? `${host} wants credentials, which are not used here`
      : `${host} answered with status ${status}`;
  return { state: 'unknown', why };
}

/** @see https://distribution.github.io/distribution/spec/auth/token/ */
async function tokenFor({ headers, from }: Answer, asking: Asking): Promise<string | undefined> {
  const text = [headers['www-authenticate'] ?? []].flat().find((each) => /^bearer /i.test(each)) ?? '';
  const fields = new Map(
    [...text.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = '', value = '']) => [key, value]),
  );
  const realm = fields.get('realm') ?? '';
  // A registry that is asked over TLS does not send anybody to who knows whom.
  if (!URL.canParse(realm) || new URL(realm).protocol !== from.protocol) return undefined;
  const url = new URL(realm);
  for (const key of ['service', 'scope'])
    if (fields.has(key)) url.searchParams.set(key, fields.get(key) ?? '');
  const answer = await ask(url, 'GET', {}, asking);
  return answer.status === 200 ? tokenIn(await answer.text()) : undefined;
}

function tokenIn(text: string): string | undefined {
  try {
    const { token, access_token: other } = JSON.parse(text) as Readonly<Record<string, unknown>>;
    return [token, other].find((each) => typeof each === 'string');
  } catch {
    return undefined;
  }
}

async function ask(
  url: URL,
  method: 'GET' | 'HEAD',
  headers: Readonly<Record<string, string>>,
  { dispatcher, timeout, signal }: Asking,
): Promise<Answer> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(timeout)]);
  const answer = await request(url, { method, headers, signal: limit, dispatcher });
  const { statusCode, headers: received, body, context } = answer;
  if (method === 'HEAD') await body.dump();
  const from = (context as { readonly history?: readonly URL[] } | undefined)?.history?.at(-1) ?? url;
  return { from, status: statusCode, headers: received, text: () => body.text() };
}

/**
 * Where an image is: a name without a registry is one of Docker Hub, as for every container runtime.
 *
 * @see https://github.com/distribution/reference/blob/main/normalize.go
 */
function locate(
  image: string,
): { readonly host: string; readonly name: string; readonly reference: string } | undefined {
  const parts = /^(?<path>.+?)(?::(?<tag>[\w][\w.-]{0,127}))?(?:@(?<digest>sha256:[0-9a-f]{64}))?$/.exec(
    image,
  );
  const { path = '', tag = 'latest', digest } = parts?.groups ?? {};
  const { host, name } = split(path);
  if (!/^[a-z0-9]+([._/-]+[a-z0-9]+)*$/.test(name)) return undefined;
  return { host, name, reference: digest ?? tag };
}

const DOCKER_HUB = 'registry-1.docker.io';

function split(path: string): { readonly host: string; readonly name: string } {
  const [first = '', ...rest] = path.split('/');
  const isHost = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  if (isHost && first !== 'docker.io') return { host: first, name: rest.join('/') };
  const name = isHost ? rest.join('/') : path;
  return { host: DOCKER_HUB, name: name.includes('/') ? name : `library/${name}` };
}

/**
 * A registry on this very machine seldom has a certificate, and every tool asks it without.
 *
 * @see https://github.com/google/go-containerregistry/blob/main/pkg/name/registry.go
 */
function schemeOf(host: string): 'http' | 'https' {
  return /^(localhost|127(\.\d+){3})(:\d+)?$/.test(host) ? 'http' : 'https';
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.name === 'TimeoutError' ? 'no answer in time' : error.message;
}
