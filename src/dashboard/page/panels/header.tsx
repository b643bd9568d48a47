import { useState } from 'preact/hooks';
import type { Link } from '../connection.ts';
import type { FleetStore } from '../fleet/store.ts';
import { useFleet } from '../hooks.ts';
import { applyTheme, nextTheme, storedTheme } from '../theme.ts';

const LINK_WORDS: Readonly<Record<Link['kind'], string>> = {
  connecting: 'Connecting',
  live: 'Live',
  lost: 'Connection lost, trying again',
  refused: 'Not connected',
};

const THEME_WORDS = { auto: 'System', light: 'Light', dark: 'Dark' } as const;
const THEME_SIGNS = { auto: '◐', light: '○', dark: '●' } as const;

interface HeaderProps {
  readonly store: FleetStore;
  readonly link: Link;
}

/** What page this is, and whether what it shows is of now. */
export function Header({ store, link }: HeaderProps) {
  useFleet(store);
  const { version, autoUpgrade, paused } = store.rollout;
  return (
    <header class="bar">
      <span class="mark" aria-hidden="true">
        <i />
        <i />
        <i />
        <i />
      </span>
      <h1>OFED rollout</h1>
      {version !== undefined && <span class="chip version">{version}</span>}
      {store.size > 0 && !autoUpgrade && <span class="chip warn">Automatic upgrades are off</span>}
      {autoUpgrade && paused && <span class="chip warn">Paused: no new node starts</span>}
      <span class="spring" />
      <span class={`link ${link.kind}`} role="status">
        <i aria-hidden="true" />
        {LINK_WORDS[link.kind]}
      </span>
      <ThemeSwitch />
    </header>
  );
}

function ThemeSwitch() {
  const [theme, setTheme] = useState(storedTheme);
  const change = (): void => {
    const next = nextTheme(theme);
    applyTheme(next);
    setTheme(next);
  };
  return (
    <button
      type="button"
      class="quiet"
      onClick={change}
      aria-label={`Colours: ${THEME_WORDS[theme]}. Change`}
    >
      <span aria-hidden="true">{THEME_SIGNS[theme]}</span> {THEME_WORDS[theme]}
    </button>
  );
}
