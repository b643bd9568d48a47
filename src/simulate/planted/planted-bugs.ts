/** A place of the sources, written otherwise. */
export interface Edit {
  /** Under src/. */
  readonly file: string;
  /** Stands there exactly once. */
  readonly find: string;
  readonly replace: string;
}

/** A bug put into the operator on purpose. */
export interface PlantedBug extends Edit {
  readonly name: string;
  /** What it would do to a user. */
  readonly harm: string;
  /** What would stand in for it, and has to be broken together with it to be missed. */
  readonly secondLine?: Edit;
}

const RELOADED = 'A job loses its network in the middle.';
const TOO_MANY = 'More nodes are out of service than the policy allows.';
const STUCK = 'The rollout stops, and nobody is told.';

/** Mistakes that operators of this kind have made, or could. Each has to be caught by the simulator. */
export const PLANTED_BUGS: readonly PlantedBug[] = [
  {
    name: 'reloads the driver without looking whether the node is empty',
    harm: RELOADED,
    file: 'upgrade/phases/pod-restart.ts',
    find: '  if (drain !== undefined) {',
    replace: '  if (drain === null) {',
  },
  {
    name: 'relies on what it read of the pods long ago',
    harm: RELOADED,
    file: 'upgrade/phases/pod-restart.ts',
    find: 'if (!isFresh(view, context)) {\n      return wait(',
    replace: 'if (view.workload === undefined) {\n      return wait(',
    // What was read is forgotten as soon as nobody needs it, and one step follows on the other within milliseconds.
    secondLine: {
      file: 'operator/nodes/node-controller.ts',
      find: 'if (decision.actions.length === 0) workloads.drop(node.name);',
      replace: '',
    },
  },
  {
    name: 'takes the mark of a waiting driver for a leftover',
    harm: 'Work is scheduled to a node that has no network.',
    file: 'upgrade/phases/pod-restart.ts',
    find: 'return waitsForSafeLoad(view) ? removeLeftover(condition.pod, view, context) : pass;',
    replace: "return { kind: 'pass', annotations: without(view, SAFE_LOAD_ANNOTATION) };",
  },
  {
    name: 'takes a terminating pod for one that is gone',
    harm: RELOADED,
    file: 'upgrade/drain-rules.ts',
    find: "(pod) => (pod.terminating ? 'evict' : undefined),",
    replace: "(pod) => (pod.terminating ? 'ignore' : undefined),",
  },
  {
    name: 'goes on with the reload when the time to drain is over',
    harm: RELOADED,
    file: 'upgrade/empty-node.ts',
    find: "if (limit.kind === 'over') return fail(overdue);",
    replace: "if (limit.kind === 'over') return undefined;",
  },
  {
    name: 'does not cordon the node',
    harm: RELOADED,
    file: 'upgrade/phases/cordon.ts',
    find: '...(view.node.unschedulable ? {} : { unschedulable: true }),',
    replace: '',
  },
  {
    name: 'does not see that somebody uncordoned the node',
    harm: RELOADED,
    file: 'upgrade/phases/cordon.ts',
    find: 'if (view.node.unschedulable) return undefined;',
    replace: 'if (view !== undefined) return undefined;',
  },
  {
    name: 'does not wait for jobs',
    harm: 'A job that was to be waited for is evicted.',
    file: 'upgrade/phases/wait-for-jobs.ts',
    find: 'if (running.length === 0) return pass;',
    replace: 'if (running.length >= 0) return pass;',
  },
  {
    name: 'takes a job that is not running yet for one that is over',
    harm: 'A job that was to be waited for is evicted.',
    file: 'upgrade/phases/wait-for-jobs.ts',
    find: "return phase === 'Pending' || phase === 'Running';",
    replace: "return phase === 'Running';",
  },
  {
    name: 'deletes pods instead of evicting them',
    harm: 'A service falls below what its budget demands.',
    file: 'operator/nodes/actor.ts',
    find: 'await cluster.evict(pod, pod.uid);',
    replace: 'await cluster.delete(driverPods, pod, { uid: pod.uid });',
  },
  {
    name: 'evicts whatever pod has the name by now',
    harm: 'A pod on another node, that has just been started anew, is evicted for nothing.',
    file: 'operator/nodes/actor.ts',
    find: 'await cluster.evict(pod, pod.uid);',
    replace: 'await cluster.evict(pod, undefined as unknown as string);',
  },
  {
    name: 'deletes whatever driver pod is on the node by now',
    harm: 'A driver that is up to date is reloaded, for nothing.',
    file: 'operator/nodes/actor.ts',
    find: 'await cluster.delete(driverPods, pod, { uid, resourceVersion, signal });',
    replace:
      'const { items } = await cluster.list(driverPods, { fieldSelector: `spec.nodeName=${node}`, labelSelector: "nvidia.com/ofed-driver" }, { signal }); if (uid !== resourceVersion) await cluster.delete(driverPods, items[0] ?? pod, { signal });',
  },
  {
    name: 'evicts pods that carry the label not to be drained',
    harm: 'A pod is evicted whose owner forbade it.',
    file: 'upgrade/drain-rules.ts',
    find: "(pod) => (lookUp(pod.labels, SKIP_DRAIN_LABEL) === 'true' ? 'ignore' : undefined),",
    replace: '',
  },
  {
    name: 'evicts pods that the policy does not select',
    harm: 'A pod is evicted that does not use the network.',
    file: 'upgrade/drain-rules.ts',
    find: "(pod, { selector }) => (matchesLabels(selector, pod.labels) ? undefined : 'ignore'),",
    replace: '',
  },
  {
    name: 'is off by one in the limit',
    harm: TOO_MANY,
    file: 'upgrade/limits.ts',
    find: 'maxParallelUpgrades - inProgress,',
    replace: 'maxParallelUpgrades - inProgress + 1,',
  },
  {
    name: 'does not count a slot that was just granted',
    harm: TOO_MANY,
    file: 'upgrade/fleet.ts',
    find: 'inProgress: this.#inProgress + this.#granted.size',
    replace: 'inProgress: this.#inProgress',
  },
  {
    name: 'forgets a node whose driver pod is missing',
    harm: TOO_MANY,
    file: 'upgrade/view.ts',
    find: "stateOf(view) === 'none' && !view.driver.expected && view.driver.pods.length === 0;",
    replace: 'view.driver.pods.length === 0;',
  },
  {
    name: 'lets a recovered node go on without a slot',
    harm: TOO_MANY,
    file: 'upgrade/resting.ts',
    find: 'if (!slotGranted) {\n    const { maxParallelUpgrades: limit } = context.policy;',
    replace: 'if (slotGranted === undefined) {\n    const { maxParallelUpgrades: limit } = context.policy;',
  },
  {
    name: 'does not test the state that it believes in when it writes',
    harm: 'Two operators, or an operator and a person, undo each other’s work.',
    file: 'operator/nodes/node-patch.ts',
    find: '...(node.hasLabels ? [testOf(labelMap.path, STATE_LABEL, state)] : []),',
    replace: '',
  },
  {
    name: 'uncordons whatever it upgraded',
    harm: 'A node that an admin took out of service is back in it.',
    file: 'upgrade/human-cordon.ts',
    find: 'return wasCordonedBefore(view) || (view.node.unschedulable && view.node.cordonedByPerson);',
    replace: 'return false;',
  },
  {
    name: 'does not note that a node was cordoned before',
    harm: 'A node that an admin took out of service is back in it.',
    file: 'upgrade/resting.ts',
    find: 'annotations: { ...without(view, REQUESTED_ANNOTATION), ...initialCordon(view) },',
    replace: 'annotations: without(view, REQUESTED_ANNOTATION),',
  },
  {
    name: 'leaves nodes cordoned when it is switched off',
    harm: 'Idle nodes, and nobody knows why.',
    file: 'upgrade/release.ts',
    find: 'const ours = isCordonedByUpgrade(view);',
    replace: 'const ours = isCordonedByUpgrade(view) && view === undefined;',
  },
  {
    name: 'starts nodes that are labelled to be skipped',
    harm: 'A node is upgraded whose owner forbade it.',
    file: 'upgrade/gates.ts',
    find: 'isSkipped(view) ?',
    replace: 'isSkipped(view) && view === undefined ?',
  },
  {
    name: 'trusts a revision that is out of date',
    harm: 'Nodes count as upgraded that run the old driver.',
    file: 'operator/nodes/revisions.ts',
    find: 'return isObserved(daemonSet) && known?.generation === daemonSet.generation ? known.hash : undefined;',
    replace: 'return known?.hash;',
  },
  {
    name: 'asks for the newest revision before there is one',
    harm: 'Nodes count as upgraded that run the old driver.',
    file: 'operator/nodes/revisions.ts',
    find: 'return observedGeneration >= generation;',
    replace: 'return observedGeneration >= 0 && generation >= 0;',
  },
  {
    name: 'hands a node back before its driver is Ready',
    harm: 'Work is scheduled to a node that has no network.',
    file: 'upgrade/driver-condition.ts',
    find: "if (pod.ready) return { kind: 'ready', pod };",
    replace: "if (pod.failure === undefined) return { kind: 'ready', pod };",
  },
  {
    name: 'does not see that a driver is out of date',
    harm: 'Nothing is upgraded.',
    file: 'upgrade/driver-condition.ts',
    find: "if (pod.revision !== pod.wantedRevision) return { kind: 'outdated', pod };",
    replace: '',
  },
  {
    name: 'gives up on a node after one failure',
    harm: STUCK,
    file: 'operator/nodes/keyed-work.ts',
    find: 'entry.cancelRetry = undefined;\n      this.#enqueue(key);',
    replace: 'entry.cancelRetry = undefined;',
  },
  {
    name: 'misses what happens to a node while it is busy with it',
    harm: STUCK,
    file: 'operator/nodes/keyed-work.ts',
    find: 'if (entry.touched && !this.#stopped) this.#enqueue(key);',
    replace: '',
  },
  {
    name: 'goes on from where the history has been forgotten',
    harm: STUCK,
    file: 'cluster/informer.ts',
    find: 'this.#resumeFrom = undefined;\n      this.#restarts += 1;',
    replace: 'this.#restarts += 1;',
  },
  {
    name: 'does not hear of deletions',
    harm: STUCK,
    file: 'cluster/informer.ts',
    find: 'this.#cache.remove(event.object);',
    replace: '',
  },
  {
    name: 'takes old news for new',
    harm: TOO_MANY,
    file: 'cluster/object-cache.ts',
    find: 'if (before === undefined || isNewer(object, before)) this.#set(object, before);',
    replace: 'this.#set(object, before);',
  },
  {
    name: 'does not say why a node waits',
    harm: 'An admin sees a cordoned node, and not why.',
    file: 'operator/nodes/node-controller.ts',
    find: 'const standing = decided === undefined ? reasons.due(node, decision.reason) : undefined;',
    replace: 'const standing = undefined;',
  },
];
