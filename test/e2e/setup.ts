import type { TestProject } from 'vitest/node';
import { ensureBinaries } from '../control-plane/build.ts';
import { controlPlaneAvailability, progressToStderr } from '../control-plane/index.ts';

/**
 * Before the first end-to-end test: makes sure that a control plane can be started, which takes minutes the first time. Where there
 * can be none, the suites are told why, and are left out by name with that reason.
 */
export async function setup(project: TestProject): Promise<void> {
  const availability = controlPlaneAvailability();
  if (!availability.available) {
    project.provide('leftOut', availability.reason);
    return;
  }
  try {
    await ensureBinaries({ onProgress: progressToStderr() });
  } catch (error) {
    // Most likely a machine with Go and without a network.
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${message}\n`);
    project.provide('leftOut', `the control plane could not be built: ${message.replaceAll('\n', ' ')}`);
  }
}
