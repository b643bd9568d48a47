import { request, type Dispatcher } from 'undici';

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

interface Answer {
  readonly status: number;
  readonly headers: Dispatcher.ResponseData['headers'];
  readonly text: () => Promise<string>;
}

/**
 * Asks a registry for an image's manifest, without credentials, or with the token that it gives to anybody.
 *
 * @param scheme of the registry: `http` for tests
 * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md#checking-if-content-exists-in-the-registry
 */
export function registryLookup(scheme: 'https' | 'http' = 'https'): AskForImage {
  return async (image, signal) => {
    const at = locate(image);
    if (at === undefined) return { state: 'unknown', why: 'its name is not one of an image' };
    const url = `${scheme}://${at.host}/v2/${at.name}/manifests/${at.reference}`;
    try {
      return await lookUp(url, signal);
    } catch (error) {
      if (signal.aborted) throw error;
      return { state: 'unknown', why: `${at.host} cannot be reached from here: ${messageOf(error)}` };
    }
  };
}

async function lookUp(url: string, signal: AbortSignal): Promise<ImageAnswer> {
  const first = await ask(url, 'HEAD', { accept: ACCEPT }, signal);
  if (first.status !== 401) return judged(first.status, new URL(url).host);
  const token = await tokenFor(first.headers['www-authenticate'], signal);
  if (token === undefined) return judged(401, new URL(url).host);
  const headers = { accept: ACCEPT, authorization: `Bearer ${token}` };
  return judged((await ask(url, 'HEAD', headers, signal)).status, new URL(url).host);
}

function judged(status: number, host: string): ImageAnswer {
  if (status >= 200 && status < 400) return { state: 'present' };
  if (status === 404) return { state: 'missing' };
  const why =
    status === 401 || status === 403
      ? `${host} wants credentials, which are not used here`
      : `${host} answered with status ${status}`;
  return { state: 'unknown', why };
}

/** @see https://distribution.github.io/distribution/spec/auth/token/ */
async function tokenFor(
  challenge: string | readonly string[] | undefined,
  signal: AbortSignal,
): Promise<string | undefined> {
  const text = [challenge ?? []].flat().find((each) => /^bearer /i.test(each)) ?? '';
  const fields = new Map(
    [...text.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = '', value = '']) => [key, value]),
  );
  const realm = fields.get('realm');
  if (realm === undefined || !URL.canParse(realm)) return undefined;
  const url = new URL(realm);
  for (const key of ['service', 'scope'])
    if (fields.has(key)) url.searchParams.set(key, fields.get(key) ?? '');
  const answer = await ask(url.href, 'GET', {}, signal);
  if (answer.status !== 200) return undefined;
  const { token, access_token: other } = JSON.parse(await answer.text()) as {
    readonly token?: unknown;
    readonly access_token?: unknown;
  };
  return [token, other].find((each) => typeof each === 'string');
}

async function ask(
  url: string,
  method: 'GET' | 'HEAD',
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Answer> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT)]);
  const { statusCode, headers: received, body } = await request(url, { method, headers, signal: limit });
  if (method === 'HEAD') await body.dump();
  return { status: statusCode, headers: received, text: () => body.text() };
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

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.name === 'TimeoutError' ? 'no answer in time' : error.message;
}
