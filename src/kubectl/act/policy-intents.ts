import type { JsonPatchOperation } from '../../cluster/port.ts';
import type { ApiObject } from '../../kubernetes/objects.ts';
import { policies, type StoredObject } from '../../operator/resources/objects.ts';
import { patchPolicy } from '../../reasons/command.ts';
import type { Assessment } from '../assess/assess.ts';
import { Refusal } from '../refusal.ts';
import { previousVersion } from './previous-version.ts';
import type { Intent } from './intent.ts';

interface RawPolicy extends ApiObject {
  readonly spec?: {
    readonly ofedDriver?: {
      readonly version?: string;
      readonly upgradePolicy?: { readonly paused?: boolean };
    };
  };
}

/**
 * Pauses the rollout, or resumes it.
 *
 * @returns undefined where it is so already
 * @throws Refusal where there is nothing to pause
 */
export function pause(assessment: Assessment, paused: boolean): Intent | undefined {
  const { object, ofedDriver } = driverSection(assessment);
  const { upgradePolicy } = ofedDriver;
  if (assessment.policy?.upgrade.autoUpgrade !== true || upgradePolicy === undefined)
    throw new Refusal('automatic upgrades are switched off: there is no rollout to pause or to resume');
  if ((upgradePolicy.paused ?? false) === paused) return undefined;
  const path = '/spec/ofedDriver/upgradePolicy/paused';
  return {
    type: policies,
    name: object.name,
    operations: [
      ...isStill(object),
      { op: 'test', path, value: upgradePolicy.paused ?? null },
      { op: 'add', path, value: paused },
    ],
    will: paused
      ? 'pause the rollout: no new node is started, and those in progress finish'
      : 'resume the rollout: nodes are started again',
    command: patchPolicy({ upgradePolicy: { paused } }),
    check: (now) => {
      if (paused && rawOf(now as StoredObject).spec?.ofedDriver?.upgradePolicy?.paused !== true)
        throw new Refusal(UNKNOWN_FIELD);
    },
  };
}

const UNKNOWN_FIELD =
  'the cluster’s definition of NicClusterPolicy does not know the field paused, so nothing has been paused: apply the one of this version, as printed by "ofed-operator manifests --only crd"';

/**
 * Sets the version back, to the one that ran before, or to one that is named.
 *
 * @throws Refusal where none ran before, or not the same one everywhere
 */
export function rollback(assessment: Assessment, to: string | undefined): Intent | undefined {
  const { object, ofedDriver } = driverSection(assessment);
  const wanted = assessment.policy?.driver?.version;
  const version = to ?? previousVersion(assessment);
  if (version === wanted) return undefined;
  const path = '/spec/ofedDriver/version';
  return {
    type: policies,
    name: object.name,
    operations: [
      ...isStill(object),
      { op: 'test', path, value: ofedDriver.version ?? null },
      { op: 'add', path, value: version },
    ],
    will: `set the driver version back from ${wanted ?? 'none'} to ${version}`,
    command: patchPolicy({ version }),
    cost: 'Nodes that have come to the present version are emptied, as the policy says, and get their driver restarted once more; nodes that have failed on it are brought back.',
  };
}

function driverSection({ object, invalid }: Assessment) {
  if (object === undefined) throw new Refusal('there is no NicClusterPolicy');
  if (invalid !== undefined) throw new Refusal(`the policy cannot be used: ${invalid}`);
  const ofedDriver = rawOf(object).spec?.ofedDriver;
  if (ofedDriver === undefined) throw new Refusal('the policy asks for no driver');
  return { object, ofedDriver };
}

function isStill({ uid }: StoredObject): readonly JsonPatchOperation[] {
  return [{ op: 'test', path: '/metadata/uid', value: uid }];
}

function rawOf({ object }: StoredObject): RawPolicy {
  return object;
}
