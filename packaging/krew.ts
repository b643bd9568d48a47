// Packs the kubectl plugin for krew: `npm run krew -- URI` leaves dist/kubectl-ofed.tar.gz and dist/ofed.yaml, its manifest.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { stringify } from 'yaml';
import { tar } from '../src/kubectl/support/tar.ts';

const ARCHIVE = 'dist/kubectl-ofed.tar.gz';
const MANIFEST = 'dist/ofed.yaml';

/** @see https://krew.sigs.k8s.io/docs/developer-guide/plugin-manifest/ */
function manifest(version: string, uri: string, sha256: string): object {
  return {
    apiVersion: 'krew.googlecontainertools.github.com/v1alpha2',
    kind: 'Plugin',
    metadata: { name: 'ofed' },
    spec: {
      version: `v${version}`,
      homepage: new URL('.', uri).href,
      shortDescription: 'Show and steer upgrades of the NVIDIA OFED driver',
      description:
        'Shows how far the rollout of a driver version is, tells why a node is stuck and what can be done, ' +
        'and pauses, resumes, retries, skips and rolls back.\n',
      caveats: 'It needs Node 20.18.1 or later on the PATH.\n',
      platforms: [
        {
          selector: { matchExpressions: [{ key: 'os', operator: 'In', values: ['darwin', 'linux'] }] },
          uri,
          sha256,
          files: [
            { from: 'kubectl-ofed.mjs', to: '.' },
            { from: 'LICENSE', to: '.' },
          ],
          bin: 'kubectl-ofed.mjs',
        },
      ],
    },
  };
}

const [uri] = process.argv.slice(2);
if (uri === undefined || !URL.canParse(uri)) {
  process.stderr.write(
    'error: say where the archive is going to be: npm run krew -- https://…/kubectl-ofed.tar.gz\n',
  );
  process.exit(2);
}
const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
const files = [
  { path: 'kubectl-ofed.mjs', content: readFileSync('dist/kubectl-ofed.mjs', 'utf8'), mode: 0o755 },
  { path: 'LICENSE', content: readFileSync('LICENSE', 'utf8') },
];
const archive = gzipSync(tar(files, 0));
writeFileSync(ARCHIVE, archive);
writeFileSync(
  MANIFEST,
  stringify(manifest(version, uri, createHash('sha256').update(archive).digest('hex'))),
);
process.stdout.write(`${ARCHIVE}\n${MANIFEST}\n`);
