/**
 * Names that users and other software see. They are the same as those of NVIDIA's Network Operator, so that a cluster can
 * move from that operator to this one, and back, in the middle of a rollout. They never change; docs/contract.md explains
 * each one.
 */

/** Node label: the node's upgrade state, one of {@link UpgradeState}. */
export const STATE_LABEL = 'nvidia.com/ofed-driver-upgrade-state';

/** Node label: "true" means that no upgrade is ever started on the node. */
export const SKIP_LABEL = 'nvidia.com/ofed-driver-upgrade.skip';

/** Node annotation: set by the driver pod's init container; the driver does not load until somebody removes it. */
export const SAFE_LOAD_ANNOTATION = 'nvidia.com/ofed-driver-upgrade.driver-wait-for-safe-load';

/** Node annotation: the node was cordoned before its upgrade began, so it is left cordoned afterwards. */
export const INITIALLY_UNSCHEDULABLE_ANNOTATION =
  'nvidia.com/ofed-driver-upgrade.node-initial-state.unschedulable';

/** Node annotation, Unix seconds: since when the node waits for its selected pods to complete. */
export const WAIT_START_ANNOTATION = 'nvidia.com/ofed-driver-upgrade-wait-for-pod-completion-start-time';

/** Node annotation, Unix seconds: since when the node waits for its validation pods. */
export const VALIDATION_START_ANNOTATION = 'nvidia.com/ofed-driver-upgrade-validation-start-time';

/** Node annotation: "true" asks for this node to be upgraded, which is how orphaned driver pods are. */
export const REQUESTED_ANNOTATION = 'nvidia.com/ofed-driver-upgrade-requested';

/** Node annotation: an external maintenance operator cares for this node. */
export const REQUESTOR_MODE_ANNOTATION = 'nvidia.com/ofed-driver-upgrade-requestor-mode';

/** Pod label: "true" means that the pod is never drained. */
export const SKIP_DRAIN_LABEL = 'nvidia.com/ofed-driver-upgrade-drain.skip';

/** DaemonSet and pod label: a driver pod. */
export const DRIVER_LABEL = 'nvidia.com/ofed-driver';

/** Node label: "false" while the driver container is Ready, else "true". Device plugins select on "false". */
export const MOFED_WAIT_LABEL = 'network.nvidia.com/operator.mofed.wait';

/** Node annotation of old versions of NVIDIA's operator; removed wherever it is found. */
export const LEGACY_STATE_ANNOTATION = 'nvidia.com/ofed-upgrade-state';

// Those below are this operator's own. Other software may read them; nothing but this operator needs them.

/** Node annotation, Unix seconds: since when the node is being drained, so that a restart does not begin the timeout anew. */
export const DRAIN_START_ANNOTATION = 'nvidia.com/ofed-driver-upgrade-drain-start-time';

/**
 * Node annotation: the driver revision (hash of a ControllerRevision) that was wanted when the node's upgrade failed. As long as
 * it is still what is wanted, the failure stands; a node that carries it is cordoned by the upgrade, not by a person.
 */
export const FAILED_REVISION_ANNOTATION = 'nvidia.com/ofed-driver-upgrade-failed-revision';

/** Node annotation: why the node waits or has failed, for people to read. */
export const REASON_ANNOTATION = 'nvidia.com/ofed-driver-upgrade-reason';

/**
 * Annotation of a node in the middle of its upgrade, and at times of a waiting node and of a driver pod: by whose leadership it was last
 * taken in hand. Whoever led before has no say in it any more. Its value means nothing but whether it is the same as before.
 */
export const FENCE_ANNOTATION = 'nvidia.com/ofed-driver-upgrade.fence';

/**
 * Annotation of the operator's Lease: a JSON array with the names of the nodes that its holder may be starting at this moment, or
 * `["*"]` for any node.
 */
export const RESERVED_ANNOTATION = 'nvidia.com/ofed-driver-upgrade.reserved';

/** The Lease whose holder leads, in the operator's namespace. */
export const LEASE_NAME = 'ofed-operator';

/** The pod label by which Kubernetes says from which revision of its DaemonSet a pod was made. */
export const REVISION_HASH_LABEL = 'controller-revision-hash';

/** The one NicClusterPolicy that counts. */
export const POLICY_NAME = 'nic-cluster-policy';

/** Where the driver's objects live unless the operator is told otherwise. */
export const DEFAULT_NAMESPACE = 'nvidia-network-operator';

/** The name under which the operator's writes appear in `metadata.managedFields`. */
export const FIELD_MANAGER = 'ofed-operator';

/** The driver's own objects. */
export const DRIVER_SERVICE_ACCOUNT = 'ofed-driver';
export const DRIVER_CONTAINER = 'mofed-container';
export const INIT_CONFIG_MAP = 'ofed-init-container-config';
export const INIT_CONFIG_KEY = 'config.json';

/** Node labels set by Node Feature Discovery, and by Kubernetes itself, from which a node's driver pool is known. */
export const NIC_PRESENT_LABEL = 'feature.node.kubernetes.io/pci-15b3.present';
export const OS_ID_LABEL = 'feature.node.kubernetes.io/system-os_release.ID';
export const OS_VERSION_LABEL = 'feature.node.kubernetes.io/system-os_release.VERSION_ID';
export const KERNEL_LABEL = 'feature.node.kubernetes.io/kernel-version.full';
export const ARCH_LABEL = 'kubernetes.io/arch';

/** Node label of Kubernetes' own: in which zone the node is. */
export const ZONE_LABEL = 'topology.kubernetes.io/zone';

/** The labels that, all together, say which driver fits a node that has a NIC. */
export const POOL_LABELS = [OS_ID_LABEL, OS_VERSION_LABEL, KERNEL_LABEL, ARCH_LABEL] as const;

/**
 * DaemonSet annotation, this operator's own: a hash of the pod template, the image of the operator whose init container is in it, and
 * the pool. By it a newer operator can tell whether anything but its own image has changed.
 */
export const TEMPLATE_ANNOTATION = 'nvidia.com/ofed-driver-template';

/** The driver pod's init container, which runs the operator's own image. */
export const INIT_CONTAINER = 'network-operator-init-container';
