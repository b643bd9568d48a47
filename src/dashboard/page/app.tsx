import { useCallback, useEffect, useState } from 'preact/hooks';
import type { NodeStory } from '../wire.ts';
import type { Link } from './connection.ts';
import { NO_FILTER, type Filter } from './fleet/filter.ts';
import type { FleetStore } from './fleet/store.ts';
import type { FleetGrid } from './grid/fleet-grid.ts';
import { Attention } from './panels/attention.tsx';
import { Fleet } from './panels/fleet.tsx';
import { Header } from './panels/header.tsx';
import { Notice } from './panels/notice.tsx';
import { Overview } from './panels/overview.tsx';
import { SignIn } from './panels/sign-in.tsx';
import { Story } from './panels/story.tsx';
import { Timeline } from './panels/timeline.tsx';

export interface AppProps {
  readonly store: FleetStore;
  readonly grid: FleetGrid;
  /** Which node is looked at; undefined: none. */
  readonly opened: string | undefined;
  readonly onOpen: (node: string | undefined) => void;
  readonly load: (node: string) => Promise<NodeStory | undefined>;
  readonly link: Link;
  readonly onToken: (token: string) => void;
}

/** The page. */
export function App(props: AppProps) {
  const { store, link } = props;
  return (
    <>
      <Header store={store} link={link} />
      <Content {...props} />
      <footer>
        <p>
          Nothing here changes the cluster. <kbd>/</kbd> searches, <kbd>Esc</kbd> closes a story.
        </p>
      </footer>
    </>
  );
}

function Content(props: AppProps) {
  const { store, link, onToken } = props;
  if (link.kind === 'refused') {
    const { refusal } = link;
    const asksForToken = refusal.kind === 'unauthenticated' || refusal.kind === 'forbidden';
    return asksForToken ? <SignIn refusal={refusal} onToken={onToken} /> : <Notice refusal={refusal} />;
  }
  if (store.version === 0) return <main class="notice" aria-busy="true" />;
  return <Rollout {...props} />;
}

function Rollout({ store, grid, opened, onOpen, load }: AppProps) {
  const [filter, setFilter] = useState<Filter>(NO_FILTER);
  const change = useCallback(
    (next: Filter) => {
      setFilter(next);
      grid.filter(next);
    },
    [grid],
  );
  const close = useCallback(() => {
    onOpen(undefined);
  }, [onOpen]);
  useKeys(opened, close);
  return (
    <main class={opened === undefined ? '' : 'has-story'}>
      <Overview store={store} />
      <div class="columns">
        <div class="column">
          <Fleet store={store} grid={grid} filter={filter} onFilter={change} />
          <Timeline store={store} filter={filter} onOpen={onOpen} />
        </div>
        <aside aria-label={opened === undefined ? 'Needs a look' : 'Node'}>
          {opened === undefined ? (
            <Attention store={store} onFilter={change} onOpen={onOpen} />
          ) : (
            <Story store={store} node={opened} load={load} onClose={close} />
          )}
        </aside>
      </div>
    </main>
  );
}

function useKeys(opened: string | undefined, close: () => void): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const { target, key } = event;
      if (key === 'Escape' && opened !== undefined) close();
      const isTyping = target instanceof HTMLInputElement || target instanceof HTMLSelectElement;
      if (key !== '/' || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      document.getElementById('search')?.focus();
    };
    document.addEventListener('keydown', onKey);
    return () => {
      document.removeEventListener('keydown', onKey);
    };
  }, [opened, close]);
}
