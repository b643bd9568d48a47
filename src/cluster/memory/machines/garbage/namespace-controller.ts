import type { AnyChange, Change, Changes } from '../changes.ts';
import { AS_CONTROLLER } from '../context.ts';
import type { Context } from '../context.ts';
import type { Namespace } from '../objects.ts';
import { NAMESPACES, SERVICE_ACCOUNTS } from '../resources.ts';
import { WorkQueue } from '../work-queue.ts';
import { deleteObject } from '../writes.ts';

/**
 * Gives each namespace its ServiceAccount, and empties those that are being deleted before they go.
 *
 * @see https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/
 */
export class NamespaceController {
  readonly queue: WorkQueue;
  readonly #context: Context;
  readonly #terminating = new Set<string>();

  constructor(context: Context, changes: Changes) {
    this.#context = context;
    this.queue = new WorkQueue(context, context.delays.controller, (name) => {
      this.#sync(name);
    });
    changes.of<Namespace>(NAMESPACES, (change) => {
      this.#heardOfNamespace(change);
    });
    changes.ofAll((change) => {
      this.#heardOf(change);
    });
  }

  #heardOfNamespace({ before, after }: Change<Namespace>): void {
    if (after === undefined) this.#terminating.delete(before.metadata.name);
    else if (
      before?.metadata.deletionTimestamp !== after.metadata.deletionTimestamp ||
      before === undefined
    ) {
      this.queue.add(after.metadata.name);
    }
  }

  /** Somebody has to see when the last of a namespace's objects has gone; and that its ServiceAccount comes back. */
  #heardOf({ resource, before, after }: AnyChange): void {
    if (after !== undefined) return;
    const { name, namespace = '' } = before.metadata;
    const isAccount = resource.plural === SERVICE_ACCOUNTS.plural && name === 'default';
    if (isAccount || this.#terminating.has(namespace)) this.queue.add(namespace);
  }

  #sync(name: string): void {
    const namespace = this.#context.api.find(NAMESPACES, { name }) as Namespace | undefined;
    if (namespace === undefined) return;
    if (namespace.metadata.deletionTimestamp === undefined) {
      this.#equip(name);
      return;
    }
    this.#terminating.add(name);
    if (!this.#empty(name)) return;
    const finalizers = (namespace.spec?.finalizers ?? []).filter((finalizer) => finalizer !== 'kubernetes');
    const next: Namespace = { ...namespace, spec: { ...namespace.spec, finalizers } };
    this.#context.api.update(NAMESPACES, next, { ...AS_CONTROLLER, subresource: 'finalize' });
  }

  #equip(namespace: string): void {
    const { api } = this.#context;
    const metadata = { name: 'default', namespace };
    if (api.find(SERVICE_ACCOUNTS, metadata) !== undefined) return;
    api.create(SERVICE_ACCOUNTS, { apiVersion: 'v1', kind: 'ServiceAccount', metadata }, AS_CONTROLLER);
  }

  /** @returns whether nothing is left */
  #empty(namespace: string): boolean {
    const { api } = this.#context;
    let isEmpty = true;
    for (const resource of api.resources()) {
      if (!resource.namespaced) continue;
      for (const object of api.list(resource, { namespace })) {
        if (object.metadata.deletionTimestamp === undefined) {
          deleteObject(this.#context, resource, object, { propagationPolicy: 'Background' });
        }
        isEmpty &&= api.find(resource, object.metadata) === undefined;
      }
    }
    return isEmpty;
  }
}
