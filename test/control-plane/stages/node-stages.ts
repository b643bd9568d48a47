import { NOT_READY_ANNOTATION } from './annotations.ts';
import { not, stage, status } from './stage.ts';
import type { Stage } from './stage.ts';

const ready = 'any(.status.conditions[]?; .type == "Ready" and .status == "True")';
const toldNotReady = `.metadata.annotations["${NOT_READY_ANNOTATION}"] == "true"`;
const reportsNotReady = 'any(.status.conditions[]?; .type == "Ready" and .status == "False")';

/** Kubelets write the whole of a node's status every five minutes even when nothing has changed. */
const HEARTBEAT = { durationMilliseconds: 300_000, jitterDurationMilliseconds: 330_000 };

/** Nodes become Ready, stay Ready, and stop being Ready when told so. */
export function nodeStages(): readonly Stage[] {
  return [
    stage({
      name: 'node-ready',
      kind: 'Node',
      when: [not(ready), not(toldNotReady)],
      next: status(`
        {{ $now := Now }}
        conditions:
        {{ range NodeConditions }}
        - type: {{ .type | Quote }}
          status: {{ .status | Quote }}
          reason: {{ .reason | Quote }}
          message: {{ .message | Quote }}
          lastHeartbeatTime: {{ $now | Quote }}
          lastTransitionTime: {{ $now | Quote }}
        {{ end }}
        addresses:
        - type: Hostname
          address: {{ .metadata.name | Quote }}
        - type: InternalIP
          address: "10.0.0.1"
        phase: Running
      `),
    }),
    stage({
      name: 'node-not-ready',
      kind: 'Node',
      when: [toldNotReady, not(reportsNotReady)],
      next: status(`
        {{ $now := Now }}
        conditions:
        - type: Ready
          status: "False"
          reason: KubeletNotReady
          message: 'container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady'
          lastHeartbeatTime: {{ $now | Quote }}
          lastTransitionTime: {{ $now | Quote }}
      `),
    }),
    stage({
      name: 'node-heartbeat',
      kind: 'Node',
      when: [ready, not(toldNotReady)],
      delay: HEARTBEAT,
      next: status(`
        {{ $now := Now }}
        conditions:
        {{ range .status.conditions }}
        - type: {{ .type | Quote }}
          lastHeartbeatTime: {{ $now | Quote }}
        {{ end }}
      `),
    }),
  ];
}
