import type { PageFiles } from '../dashboard/server/routes.ts';

declare const __DASHBOARD_PAGE__: PageFiles | undefined;

const FROM_SOURCE: PageFiles = {
  html: '<!doctype html><title>OFED rollout</title><p>The page is a part of the built program: npm run build.',
  js: '',
  css: '',
};

/** The files of the dashboard: put in when the program is bundled. */
export const DASHBOARD_PAGE: PageFiles =
  typeof __DASHBOARD_PAGE__ === 'object' ? __DASHBOARD_PAGE__ : FROM_SOURCE;
