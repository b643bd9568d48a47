import type { Filter } from '../fleet/filter.ts';
import { isFiltered, NO_FILTER, toggled } from '../fleet/filter.ts';
import { KINDS, KIND_HINTS, KIND_SIGNS, KIND_WORDS, LETTERS } from '../fleet/kind.ts';
import type { FleetStore } from '../fleet/store.ts';
import { number } from '../format.ts';
import type { Grouping } from '../grid/fleet-grid.ts';
import { compareNames } from '../grid/group.ts';
import { useFleet } from '../hooks.ts';

interface FiltersProps {
  readonly store: FleetStore;
  readonly filter: Filter;
  readonly onFilter: (filter: Filter) => void;
  readonly grouping: Grouping;
  readonly onGroup: (grouping: Grouping) => void;
}

/** Which nodes are shown, in which order; and what their signs mean. */
export function Filters(props: FiltersProps) {
  const { store, filter, onFilter } = props;
  useFleet(store);
  return (
    <div class="filters">
      <div class="kinds" role="group" aria-label="Show only nodes that are">
        {KINDS.map((kind) => (
          <button
            key={kind}
            type="button"
            class="kind"
            aria-pressed={filter.kinds.has(kind)}
            title={KIND_HINTS[kind]}
            onClick={() => {
              onFilter(toggled(filter, kind));
            }}
          >
            <i class={`cell ${kind}`} aria-hidden="true">
              {KIND_SIGNS[kind]}
            </i>
            {KIND_WORDS[kind]} <b>{number(store.kinds.of(kind))}</b>
          </button>
        ))}
      </div>
      <div class="fields">
        <Fields {...props} />
        {isFiltered(filter) && (
          <button
            type="button"
            class="quiet"
            onClick={() => {
              onFilter(NO_FILTER);
            }}
          >
            Show all
          </button>
        )}
      </div>
    </div>
  );
}

function Fields({ store, filter, onFilter, grouping, onGroup }: FiltersProps) {
  const byName = (counts: readonly (readonly [string, number])[]) =>
    [...counts].filter(([name]) => name !== '').sort(([a], [b]) => compareNames(a, b));
  return (
    <>
      <label class="search">
        <span class="unseen">Search nodes</span>
        <input
          id="search"
          type="search"
          placeholder="Search nodes"
          autocomplete="off"
          spellcheck={false}
          value={filter.text}
          onInput={({ currentTarget }) => {
            onFilter({ ...filter, text: currentTarget.value.trim() });
          }}
        />
        <kbd aria-hidden="true">/</kbd>
      </label>
      <Choice
        name="Reason"
        all="Any reason"
        value={filter.reason}
        options={byName(store.reasons.entries).map(([code, of]) => [
          code,
          `${store.titleOf(code)} (${number(of)})`,
        ])}
        onChange={(reason) => {
          onFilter({ ...filter, reason });
        }}
      />
      <Choice
        name="Zone"
        all="All zones"
        value={filter.zone}
        options={byName(store.zones.entries).map(([zone, of]) => [zone, `${zone} (${number(of)})`])}
        onChange={(zone) => {
          onFilter({ ...filter, zone });
        }}
      />
      <Choice
        name="Group by"
        value={grouping}
        options={[
          ['zone', 'By zone'],
          ['pool', 'By driver pool'],
        ]}
        onChange={(value) => {
          onGroup(value === 'pool' ? 'pool' : 'zone');
        }}
      />
    </>
  );
}

interface ChoiceProps {
  readonly name: string;
  /** What choosing nothing means; absent: something is always chosen. */
  readonly all?: string;
  readonly value: string;
  readonly options: readonly (readonly [value: string, words: string])[];
  readonly onChange: (value: string) => void;
}

function Choice({ name, all, value, options, onChange }: ChoiceProps) {
  // What is chosen stays to be seen, even if no node is like that any more.
  const isGone = value !== '' && !options.some(([each]) => each === value);
  return (
    <label>
      <span class="unseen">{name}</span>
      <select
        value={value}
        onChange={({ currentTarget }) => {
          onChange(currentTarget.value);
        }}
      >
        {all !== undefined && <option value="">{all}</option>}
        {isGone && <option value={value}>{value} (0)</option>}
        {options.map(([each, words]) => (
          <option key={each} value={each}>
            {words}
          </option>
        ))}
      </select>
    </label>
  );
}

/** What the letters of nodes in progress stand for. */
export function Letters() {
  return (
    <p class="letters">
      {LETTERS.map(({ state, glyph, phase }) => (
        <span key={state}>
          <b>{glyph}</b> {phase.toLowerCase()}
        </span>
      ))}
    </p>
  );
}
