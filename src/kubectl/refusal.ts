/** It cannot be done, or the answer is no, for a reason that is the cluster's and not the command line's. Shown as one line. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}
