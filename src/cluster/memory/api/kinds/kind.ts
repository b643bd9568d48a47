import type { ObjectRef } from '../../../../kubernetes/objects.ts';
import type { FieldLabels } from '../field-selector.ts';
import type { Json } from '../json.ts';
import type { FieldSchema } from '../list-keys.ts';
import type { FieldProblem } from '../refusals.ts';
import type { RawObject, Resource, ResourceName, WriteOptions } from '../types.ts';

/** A kind of object, with what sets it apart from others. What all have in common is in the files one folder up. */
export interface Kind extends KindRules {
  readonly resource: Resource;
  /** Kubernetes' own, and not made by a CustomResourceDefinition. */
  readonly isBuiltIn: boolean;
}

export interface KindRules {
  readonly fieldLabels: FieldLabels;
  /** How its fields are merged and owned. Default: as is usual in its API group. */
  readonly fields?: FieldSchema;
  /** A field by whose value objects are found without looking at all of them. */
  readonly index?: { readonly label: string; readonly valueOf: (object: RawObject) => string };
  /** Whether `metadata.generation` counts the changes of what is wanted. */
  readonly countsGeneration?: boolean;
  /** Why an object cannot be called that, as the end of a sentence. Default: what is no DNS subdomain. */
  readonly nameProblem?: (name: string) => string | undefined;
  /** What the server adds to a new object that is not its creator's doing. @throws StatusError 403 if it does not let it in */
  readonly admit?: (object: RawObject, find: Write['find']) => RawObject;
  /** What the status of a new object is, whatever its creator says. Default: as the creator says. */
  readonly firstStatus?: (object: RawObject) => Json | undefined;
  /** Whether a write of the status may change labels and the like, too. Default: it may. */
  readonly statusWriteKeepsMetadata?: boolean;
  /** Whether a PUT must say which resourceVersion it replaces. */
  readonly replacedConditionally?: boolean;
  /** Fills in what a client may leave out and drops what goes without saying. @throws StatusError */
  readonly prepare?: (object: RawObject, write: Write) => RawObject;
  /** What is wrong with an object that is as it will be stored. */
  readonly validate?: (object: RawObject, before: RawObject | undefined) => readonly FieldProblem[];
  /** What becomes of an object when its deletion is asked for. @throws StatusError 403 if it may not be deleted */
  readonly whenDeleted?: (object: RawObject) => RawObject;
  /** How many seconds an object is given to end, if its kind ends gracefully. */
  readonly gracePeriod?: (object: RawObject, requested: number | undefined) => number;
}

/** The circumstances of a write. */
export interface Write {
  readonly before: RawObject | undefined;
  readonly options: WriteOptions;
  /** Another object, if it is there. */
  readonly find: (resource: ResourceName, ref: ObjectRef) => RawObject | undefined;
}
