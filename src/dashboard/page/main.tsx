import { render } from 'preact';
import type { NodeStory } from '../wire.ts';
import { Announcer } from './announcer.ts';
import { App } from './app.tsx';
import { Connection, type Link } from './connection.ts';
import { FleetStore } from './fleet/store.ts';
import { FleetGrid } from './grid/fleet-grid.ts';
import { titleOf } from './panels/overview.tsx';
import { applyTheme, storedTheme } from './theme.ts';

/** Where the token is kept, until the window is closed. */
const TOKEN_KEY = 'token';

const store = new FleetStore();
const grid = new FleetGrid({ store, onOpen: open });
let link: Link = { kind: 'connecting' };
let opened: string | undefined;

const connection = new Connection({
  onFleet: (snapshot) => {
    store.replace(snapshot);
  },
  onChange: (change) => {
    store.apply(change);
  },
  onLink: (now) => {
    link = now;
    draw();
  },
  token: () => sessionStorage.getItem(TOKEN_KEY) ?? '',
});

function open(node: string | undefined): void {
  const before = opened;
  opened = node;
  grid.select(node);
  draw();
  // Back to where it was opened from.
  if (node === undefined && before !== undefined) grid.focus(before);
}

async function load(node: string): Promise<NodeStory | undefined> {
  const token = sessionStorage.getItem(TOKEN_KEY);
  const headers = token === null ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(`api/nodes/${encodeURIComponent(node)}`, { headers }).catch(() => undefined);
  return response?.ok === true ? ((await response.json()) as NodeStory) : undefined;
}

function onToken(token: string): void {
  sessionStorage.setItem(TOKEN_KEY, token);
  connection.retry();
}

function draw(): void {
  const root = document.getElementById('page');
  if (root === null) return;
  render(
    <App store={store} grid={grid} opened={opened} onOpen={open} load={load} link={link} onToken={onToken} />,
    root,
  );
}

function start(): void {
  applyTheme(storedTheme());
  const region = document.createElement('div');
  region.className = 'unseen';
  region.setAttribute('role', 'log');
  region.setAttribute('aria-live', 'polite');
  region.setAttribute('aria-label', 'What changes');
  document.body.append(region);
  store.subscribe((names) => {
    grid.update(names);
    const title = titleOf(store);
    if (document.title !== title) document.title = title;
  });
  new Announcer(store, region);
  draw();
  void connection.run();
}

start();
