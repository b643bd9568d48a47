import type { StoredDaemonSet } from '../../operator/resources/daemonsets.ts';
import type { Assessment } from '../assess/assess.ts';
import { versionOfImage } from '../assess/versions.ts';
import { Refusal } from '../refusal.ts';

/**
 * The driver version that was wanted before the one that is wanted now, from the older revisions of the driver DaemonSets, which Kubernetes
 * keeps for this.
 *
 * @throws Refusal where there is none, or not the same one in all pools
 * @see https://kubernetes.io/docs/tasks/manage-daemon/rollback-daemon-set/
 */
export function previousVersion(assessment: Assessment): string {
  const found = assessment.scene.daemonSets.flatMap((daemonSet) => {
    const version = previousOf(daemonSet, assessment);
    return version === undefined ? [] : [{ daemonSet: daemonSet.name, version }];
  });
  const versions = [...new Set(found.map(({ version }) => version))];
  const [only] = versions;
  if (only === undefined)
    throw new Refusal(
      'no earlier version is known: the driver DaemonSets have no older revision; name one with --to',
    );
  if (versions.length === 1) return only;
  const list = found.map(({ daemonSet, version }) => `${version} (${daemonSet})`).join(', ');
  throw new Refusal(`the pools ran different versions before: ${list}; name one with --to`);
}

function previousOf(
  { uid, nodeSelector }: StoredDaemonSet,
  { scene, policy }: Assessment,
): string | undefined {
  return scene.revisions
    .filter(({ owners }) => owners.includes(uid))
    .sort((a, b) => b.revision - a.revision)
    .map(({ image }) => versionOfImage(image, nodeSelector))
    .find((version) => version !== undefined && version !== policy?.driver?.version);
}
