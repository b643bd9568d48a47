/**
 * How a test steers the simulated kubelets.
 */

/** On a node, "true": the kubelet reports that it is not ready. Taken away: it is ready again. */
export const NOT_READY_ANNOTATION = 'test.ofed/not-ready';

/** On a pod, "stuck": it never finishes terminating. Taken away: it does. */
export const TERMINATING_ANNOTATION = 'test.ofed/terminating';

/** On a pod, a Go duration (`3s`): how long it takes to terminate. */
export const TERMINATES_AFTER_ANNOTATION = 'test.ofed/terminates-after';

/** On a pod, a Go duration (`3s`): it succeeds after having run for so long. */
export const COMPLETES_AFTER_ANNOTATION = 'test.ofed/completes-after';

/** On a driver pod, a Go duration: how long its driver takes to load, other than `driverLoadMs`. */
export const LOADS_AFTER_ANNOTATION = 'test.ofed/loads-after';

/** On a driver pod whose init container is run from outside: "true" when it has succeeded, "failed" when it has not. */
export const INIT_DONE_ANNOTATION = 'test.ofed/init-done';

/** On any object: changing it makes a kubelet look at the object again. */
export const TOUCH_ANNOTATION = 'test.ofed/touch';
