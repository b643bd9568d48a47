import { REASON_ANNOTATION, STATE_LABEL } from '../../contract/keys.ts';
import type { RawObject, StoreChange } from '../../cluster/memory/api/types.ts';
import { lookUp } from '../../kubernetes/objects.ts';

/** A change of the cluster, for people; undefined: it tells nothing. */
export function describeChange({ resource, before, after, revision }: StoreChange): string | undefined {
  const { name } = (after ?? before)?.metadata ?? { name: '' };
  if (resource.plural === 'events' || resource.plural === 'leases') return undefined;
  const what =
    before === undefined ? 'created' : after === undefined ? 'gone' : differences(before, after).join(', ');
  return what === '' ? undefined : `${revision}  ${resource.kind} ${name}: ${what}`;
}

type Reader = (object: RawObject) => string;

interface Shown {
  readonly spec?: { readonly unschedulable?: boolean; readonly nodeName?: string };
  readonly status?: {
    readonly phase?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    readonly disruptionsAllowed?: number;
    readonly state?: string;
  };
}

/** What of an object is worth a word when it changes. */
const READERS: Readonly<Record<string, Reader>> = {
  state: ({ metadata }) => lookUp(metadata.labels, STATE_LABEL) ?? 'none',
  reason: ({ metadata }) => lookUp(metadata.annotations, REASON_ANNOTATION) ?? 'none',
  cordoned: (object) => String((object as Shown).spec?.unschedulable === true),
  node: (object) => (object as Shown).spec?.nodeName ?? '',
  phase: (object) => (object as Shown).status?.phase ?? '',
  ready: (object) => (object as Shown).status?.conditions?.find(({ type }) => type === 'Ready')?.status ?? '',
  'disruptions allowed': (object) => String((object as Shown).status?.disruptionsAllowed ?? ''),
  generation: ({ metadata }) => String(metadata.generation ?? ''),
  terminating: ({ metadata }) => String(metadata.deletionTimestamp !== undefined),
  annotations: ({ metadata }) => annotationsOf(metadata.annotations ?? {}),
};

function differences(before: RawObject, after: RawObject): readonly string[] {
  return Object.entries(READERS).flatMap(([what, read]) => {
    const now = read(after);
    return now === read(before) ? [] : [`${what} ${now === '' ? 'none' : now}`];
  });
}

function annotationsOf(annotations: Readonly<Record<string, string>>): string {
  return Object.entries(annotations)
    .filter(([key]) => key.startsWith('nvidia.com/') && key !== REASON_ANNOTATION)
    .map(([key, value]) => `${key.slice('nvidia.com/ofed-driver-upgrade'.length)}=${value}`)
    .sort()
    .join(' ');
}
