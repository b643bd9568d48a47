/** What end-to-end tests, the demo and benchmarks run the real operator with. */
export { upgradeByHand, type ByHandOptions, type Fault } from './by-hand.ts';
export { createHandCluster, type HandCluster } from './by-hand-cluster.ts';
export { openView, type HandView } from './by-hand-steps.ts';
export { startInitContainers, type InitContainers } from './init-containers.ts';
export {
  applyPolicy,
  DOCUMENTED_POLICY,
  policyYaml,
  setUpgradePolicy,
  setVersion,
  type PolicyRequest,
  type UpgradePolicyFields,
} from './documented-policy.ts';
export { observedRollout, type ObservedOptions } from './observed.ts';
export { installOperator, startOperator, type OperatorOptions, type OperatorProcess } from './operator.ts';
export { deletePodCommand, people, type People } from './people.ts';
export { rolloutReport, waitForRollout, waitForState, type RolloutOptions } from './rollout.ts';
