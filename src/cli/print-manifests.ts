import type { ManifestsOptions } from './manifests.ts';
import { renderManifests } from './manifests/index.ts';

/** Does `ofed-operator manifests`. */
export async function printManifests(options: ManifestsOptions): Promise<number> {
  const text = renderManifests(options);
  // The process ends with the command, and a pipe takes its time.
  await new Promise((resolve) => {
    process.stdout.write(text, resolve);
  });
  return 0;
}
