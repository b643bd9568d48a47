import { controllerOf } from '../../../../kubernetes/objects.ts';
import { Groups } from '../groups.ts';
import type { Changes } from '../changes.ts';
import type { Pod } from '../objects.ts';
import { PODS } from '../resources.ts';

/** All pods, by what controllers and kubelets look them up by. */
export class PodIndex {
  /** By the node that they are bound to. */
  readonly onNode = new Groups<Pod>(({ spec }) => (spec?.nodeName === '' ? undefined : spec?.nodeName));
  /** By the UID of the controller that owns them. */
  readonly ownedBy = new Groups<Pod>(({ metadata }) => controllerOf(metadata)?.uid);
  /** Those that no controller owns, by namespace. */
  readonly orphans = new Groups<Pod>(({ metadata }) =>
    controllerOf(metadata) === undefined ? metadata.namespace : undefined,
  );

  constructor(changes: Changes) {
    changes.of<Pod>(PODS, (change) => {
      this.onNode.update(change);
      this.ownedBy.update(change);
      this.orphans.update(change);
    });
  }
}
