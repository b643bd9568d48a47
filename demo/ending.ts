type Step = () => Promise<unknown>;

/** What has to be undone before the demo ends, however it ends. */
export class Ending {
  readonly #steps: Step[] = [];
  #run: Promise<boolean> | undefined;

  /** The last one added is done first. */
  add(step: Step): void {
    this.#steps.push(step);
  }

  /**
   * Does all of it, once; a step that fails does not keep the others from being done.
   *
   * @returns whether all was undone
   */
  run(): Promise<boolean> {
    return (this.#run ??= this.#undo());
  }

  async #undo(): Promise<boolean> {
    let all = true;
    for (const step of this.#steps.reverse())
      await step().catch(() => {
        all = false;
      });
    return all;
  }
}
