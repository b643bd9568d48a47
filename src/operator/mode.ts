import type { UpgradePolicy } from '../contract/upgrade-policy.ts';

/** What the policy, as it stands, asks of the upgrade flow. */
export type Mode =
  /** Not everything is known yet, or the policy cannot be used: nothing is changed on any node. */
  | { readonly kind: 'hold' }
  | { readonly kind: 'on'; readonly policy: UpgradePolicy }
  /** The flow is switched off, or there is no policy: nodes are handed back. */
  | { readonly kind: 'off'; readonly driverWanted: boolean };
