/**
 * What a simulated kubelet does, in KWOK's terms: a stage applies to an object that its selector matches, and after a delay
 * patches its status or deletes it. Of the stages that match, KWOK picks one at random: selectors must exclude each other.
 *
 * @see https://kwok.sigs.k8s.io/docs/user/stages-configuration/
 */
export interface Stage {
  readonly apiVersion: 'kwok.x-k8s.io/v1alpha1';
  readonly kind: 'Stage';
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly resourceRef: { readonly apiGroup: 'v1'; readonly kind: 'Node' | 'Pod' };
    readonly selector: { readonly matchExpressions: readonly Requirement[] };
    readonly delay?: Delay;
    readonly next: { readonly statusTemplate: string } | { readonly delete: true };
  };
}

interface Requirement {
  readonly key: string;
  readonly operator: 'In' | 'NotIn';
  readonly values: readonly string[];
}

/** Milliseconds, a random time up to `jitterDurationMilliseconds` where given; `durationFrom` is a jq query for a Go duration. */
export interface Delay {
  readonly durationMilliseconds: number;
  readonly jitterDurationMilliseconds?: number;
  readonly durationFrom?: { readonly expressionFrom: string };
}

/** A jq query over the object that yields true or false. */
export type Condition = string;

export interface StageRequest {
  readonly name: string;
  readonly kind: 'Node' | 'Pod';
  /** All must hold. Cheap and rare ones first: KWOK asks every stage about every change of every object. */
  readonly when: readonly Condition[];
  readonly delay?: Delay;
  readonly next: Stage['spec']['next'];
}

export function stage(request: StageRequest): Stage {
  return {
    apiVersion: 'kwok.x-k8s.io/v1alpha1',
    kind: 'Stage',
    metadata: { name: request.name },
    spec: {
      resourceRef: { apiGroup: 'v1', kind: request.kind },
      selector: {
        matchExpressions: request.when.map((key) => ({ key, operator: 'In', values: ['true'] })),
      },
      ...(request.delay === undefined ? {} : { delay: request.delay }),
      next: request.next,
    },
  };
}

export function not(condition: Condition): Condition {
  return `(${condition}) | not`;
}

/** A Go template of a status, its indentation cut to that of its first line. */
export function status(template: string): { readonly statusTemplate: string } {
  const lines = template.replace(/^\n/, '').trimEnd().split('\n');
  const indentation = /^ */.exec(lines[0] ?? '')?.[0].length ?? 0;
  return { statusTemplate: lines.map((line) => line.slice(indentation)).join('\n') + '\n' };
}
