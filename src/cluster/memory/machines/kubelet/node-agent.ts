/** What all pods of one node depend on: whether its kubelet is heard of, and whether anything on it can be ended. */
export class NodeAgent {
  readonly #waiting: (() => void)[] = [];
  #isSilent = false;
  /** Nothing on the node ends, whatever it is told. */
  holdsTermination = false;

  get isSilent(): boolean {
    return this.#isSilent;
  }

  /** Resolves when the kubelet is heard of again. */
  heard(): Promise<void> {
    return this.#isSilent
      ? new Promise((resolve) => {
          this.#waiting.push(resolve);
        })
      : Promise.resolve();
  }

  setSilent(isSilent: boolean): void {
    this.#isSilent = isSilent;
    if (!isSilent) for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
