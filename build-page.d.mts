import type { PageFiles } from './src/dashboard/server/routes.ts';

export function buildPage(): Promise<PageFiles>;
