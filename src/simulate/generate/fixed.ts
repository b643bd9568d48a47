/** What is the same in every run. */

export const VERSIONS = ['24.01-0.3.3.1-0', '24.04-0.6.6.0-0', '24.07-0.6.1.0-0'] as const;
export const FIRST_VERSION = '23.10-0.5.5.0-0';
/** What is installed in the end, when all troubles are over. */
export const LAST_VERSION = '25.01-0.6.0.0-0';
export const KERNELS = ['5.15.0-105-generic', '6.8.0-40-generic'] as const;
export const JOB_LABEL = { app: 'myapp' } as const;
export const JOBS = 'app=myapp';

/** Milliseconds until the last trouble begins. */
export const TROUBLES = 120_000;
