import type { ApiObject } from '../../kubernetes/objects.ts';
import { policies } from '../../operator/resources/objects.ts';
import { POLICY_NAME } from '../../contract/keys.ts';
import { parsePolicy } from '../../contract/policy.ts';
import type { UpgradePolicy } from '../../contract/upgrade-policy.ts';
import {
  estimatesFrom,
  PolicyRefused,
  rehearse,
  toBeEvicted,
  type Course,
  type Estimates,
  type LastRollout,
} from '../../rehearsal/index.ts';
import type { AskForImage } from '../gather/registry.ts';
import type { Access } from '../gather/scene.ts';
import { readSnapshot } from '../gather/snapshot.ts';
import { tryEvictions, type TrialEvictions } from '../gather/trial-evictions.ts';
import { Refusal } from '../refusal.ts';
import { neededImages, type NeededImage } from './driver-images.ts';
import { wantedPolicy, type Wish } from './wanted-policy.ts';

/** How a rollout would go, and what that is known from. */
export interface Plan {
  /** Milliseconds since the epoch: what is told holds if the policy were changed then. */
  readonly now: number;
  readonly version: string | undefined;
  readonly upgrade: UpgradePolicy;
  readonly course: Course;
  readonly estimates: Estimates;
  readonly images: readonly NeededImage[];
  readonly evictions: TrialEvictions;
  /** What could not be read. */
  readonly unread: readonly string[];
}

export interface PlanOptions extends Wish {
  /** Undefined: registries are not asked. */
  readonly askForImage: AskForImage | undefined;
  readonly say: (what: string) => void;
}

/**
 * Looks at the cluster, changes nothing in it, and tries out on a copy what a policy would make of it.
 *
 * @throws Refusal where the policy could not be used; ApiError
 */
export async function makePlan(access: Access, options: PlanOptions): Promise<Plan> {
  const { cluster, signal } = access;
  const { say } = options;
  say('reading the cluster');
  const [{ unread, ...read }, { items }] = await Promise.all([
    readSnapshot(access),
    cluster.list(policies, {}, { signal }),
  ]);
  const live = items.find(({ name }) => name === POLICY_NAME)?.object;
  const snapshot = { ...read, policy: wantedPolicy(live, options) };
  const parsed = parsePolicy(snapshot.policy);
  if (!parsed.ok) throw new Refusal(`the policy cannot be used: ${parsed.reason}`);
  const { upgrade, driver } = parsed.policy;

  say('asking for images and evictions, without consequence');
  const leaving = toBeEvicted(snapshot.pods, { nodes: snapshot.nodes, upgrade });
  const [images, evictions] = await Promise.all([
    neededImages(snapshot, options.askForImage, signal),
    tryEvictions(leaving, access),
  ]);
  const estimates = estimatesFrom(snapshot.pods, lastRollout(live));
  const course = await refusing(
    rehearse(snapshot, {
      estimates,
      missingImages: images.filter(({ answer }) => answer.state === 'missing').map(({ image }) => image),
      refused: evictions.refused,
      onProgress: (milliseconds, ended) => {
        say(
          `trying it out: ${ended} of ${snapshot.nodes.length} nodes, minute ${Math.round(milliseconds / 60_000)}`,
        );
      },
      signal,
    }),
  );
  return {
    now: snapshot.now,
    version: driver?.version,
    upgrade,
    course,
    estimates,
    images,
    evictions,
    unread,
  };
}

async function refusing<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof PolicyRefused) throw new Refusal(error.message, { cause: error });
    throw error;
  }
}

/** Only a rollout that has ended: what one has cost so far counts nodes that are not through it. */
function lastRollout(policy: ApiObject | undefined): LastRollout | undefined {
  const { status } = (policy ?? {}) as {
    readonly status?: { readonly upgrade?: Partial<LastRollout> & { readonly finishedAt?: string } };
  };
  const { finishedAt, upgraded = 0, podsEvicted = 0, nodeSecondsOutOfService = 0 } = status?.upgrade ?? {};
  return finishedAt === undefined ? undefined : { upgraded, podsEvicted, nodeSecondsOutOfService };
}
