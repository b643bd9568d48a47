import { compareResourceVersions } from '../../cluster/resource-version.ts';

/** Kinds whose versions are told apart; resourceVersions are compared within a kind only. */
export type VersionedKind = 'nodes' | 'pods';

type Newest = Readonly<Partial<Record<VersionedKind, string>>>;

/**
 * Which versions of objects there were already when this process last proved that it leads. What whoever led afterwards has written is
 * newer, so a process that has been replaced, and does not know it yet, can tell by this that it must ask first.
 *
 * @see https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions
 */
export class KnownVersions {
  #seen: Newest = {};
  #proven: Newest = {};

  /** Takes note of a version that has been seen. */
  note(kind: VersionedKind, resourceVersion: string): void {
    const newest = this.#seen[kind];
    if (newest === undefined || compareResourceVersions(resourceVersion, newest) > 0)
      this.#seen = { ...this.#seen, [kind]: resourceVersion };
  }

  /** A proof is being sent: what is to be called when it has succeeded. */
  prove(): () => void {
    const seen = this.#seen;
    return () => {
      this.#proven = seen;
    };
  }

  /** Whether this version is not newer than the last proof. */
  has(kind: VersionedKind, resourceVersion: string): boolean {
    const newest = this.#proven[kind];
    return newest !== undefined && compareResourceVersions(resourceVersion, newest) <= 0;
  }
}
