export interface DriverOnNode {
  /** The node has an NVIDIA NIC. */
  readonly hasNic: boolean;
  /** The policy wants a driver there, or one is there still. */
  readonly driverWanted: boolean;
  /** The driver container is Ready. */
  readonly driverReady: boolean;
}

/**
 * What the node label `network.nvidia.com/operator.mofed.wait` should be, which device plugins wait for to be "false"; undefined
 * if it should not be there. Where no driver is wanted there is nothing to wait for: the NIC works with the driver that came
 * with the system.
 *
 * @see docs/contract.md, "Node and pod keys"
 */
export function driverWaitLabel({
  hasNic,
  driverWanted,
  driverReady,
}: DriverOnNode): 'true' | 'false' | undefined {
  if (!hasNic) return undefined;
  return driverWanted && !driverReady ? 'true' : 'false';
}
