import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          // Property tests on a busy machine: a limit against hanging, not a measure.
          testTimeout: 30_000,
          include: [
            'src/**/*.test.ts',
            'bench/**/*.test.ts',
            'demo/**/*.test.ts',
            'packaging/**/*.test.ts',
            'test/{observer,control-plane,harness,conformance}/**/*.test.ts',
          ],
        },
      },
      {
        test: {
          name: 'browser',
          include: ['test/dashboard/**/*.test.ts'],
          globalSetup: ['test/dashboard/setup.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: ['test/e2e/setup.ts'],
          fileParallelism: false,
          // Five programs and a fleet share the machine with each test: one that fails is tried once more, and the summary names it.
          retry: 1,
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
    ],
    reporters: ['default', './test/summary-reporter.ts'],
  },
});
