import { useEffect, useRef, useState } from 'preact/hooks';
import type { NodeStory, ReasonStory } from '../../wire.ts';
import { glyphOf, kindOf, KIND_WORDS } from '../fleet/kind.ts';
import type { FleetStore } from '../fleet/store.ts';
import { duration, relative } from '../format.ts';
import { useNow } from '../hooks.ts';
import { Commands } from './commands.tsx';
import { Phases } from './phases.tsx';

interface StoryProps {
  readonly store: FleetStore;
  readonly node: string;
  readonly load: (node: string) => Promise<NodeStory | undefined>;
  readonly onClose: () => void;
}

/** All about one node: what it waits for and what helps first. */
export function Story({ store, node, load, onClose }: StoryProps) {
  const story = useStory(store, node, load);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.focus({ preventScroll: true });
  }, [node]);
  const record = store.node(node);
  return (
    <section class="card story" aria-labelledby="story">
      <div class="story-head">
        {record !== undefined && (
          <i class={`cell ${kindOf(record)}`} aria-hidden="true">
            {glyphOf(record)}
          </i>
        )}
        <h2 id="story" ref={heading} tabIndex={-1}>
          {node}
        </h2>
        <button type="button" class="quiet" onClick={onClose} aria-label="Close">
          ✕
        </button>
      </div>
      {record === undefined ? (
        <p>The node is gone.</p>
      ) : (
        <>
          <p class="state">
            <b>{KIND_WORDS[kindOf(record)]}</b>
            <code>{record.state === 'none' ? 'no state' : record.state}</code>
          </p>
          {story?.reason !== undefined && <Why reason={story.reason} store={store} />}
          <Phases store={store} record={record} />
          {story !== undefined && <Facts story={story} />}
        </>
      )}
    </section>
  );
}

function useStory(store: FleetStore, node: string, load: StoryProps['load']): NodeStory | undefined {
  const [story, setStory] = useState<NodeStory>();
  useEffect(() => {
    let isOver = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = (): void => {
      timer = undefined;
      void load(node).then((loaded) => {
        if (!isOver) setStory(loaded);
      });
    };
    const unsubscribe = store.subscribe((names) => {
      if (names.has(node)) timer ??= setTimeout(look, AT_MOST_EVERY_MS);
    });
    setStory(undefined);
    look();
    return () => {
      isOver = true;
      clearTimeout(timer);
      unsubscribe();
    };
  }, [store, node, load]);
  return story?.record.name === node ? story : undefined;
}

const AT_MOST_EVERY_MS = 500;

function Why({ reason, store }: { readonly reason: ReasonStory; readonly store: FleetStore }) {
  const now = useNow(store);
  const { title, message, severity, since, remedy, next } = reason;
  return (
    <div class={`why ${severity}`}>
      <h3>{title}</h3>
      <p class="message">{message}.</p>
      <p class="since">
        {since > 0 && <span>For {duration(now - since)}</span>}
        {next.map(({ what, at }) => (
          <span key={what}>
            Next: {what}
            {at !== undefined && ` ${relative(at, now)}`}
          </span>
        ))}
      </p>
      <h4>What helps</h4>
      <p>{remedy.text}</p>
      <Commands commands={remedy.commands} />
      {remedy.look.length > 0 && (
        <>
          <h4>To see more</h4>
          <Commands commands={remedy.look} />
        </>
      )}
    </div>
  );
}

const CORDON_WORDS: Readonly<Record<NodeStory['cordonedBy'], string>> = {
  nobody: 'no',
  upgrade: 'by the upgrade, which takes it back',
  person: 'by a person: it stays',
  unknown: 'yes',
};

function Facts({ story }: { readonly story: NodeStory }) {
  const { record, driverPods, leaving, cordonedBy, skipped, kernel } = story;
  return (
    <>
      <dl class="details">
        <dt>Cordoned</dt>
        <dd>{CORDON_WORDS[cordonedBy]}</dd>
        <dt>Zone</dt>
        <dd>{record.zone || '–'}</dd>
        <dt>Driver pool</dt>
        <dd>{record.pool || '–'}</dd>
        {kernel !== undefined && record.pool === '' && (
          <>
            <dt>Kernel</dt>
            <dd>{kernel}</dd>
          </>
        )}
        {skipped && (
          <>
            <dt>Skipped</dt>
            <dd>by its label</dd>
          </>
        )}
        <dt>Driver</dt>
        <dd>
          {driverPods.length === 0 && 'no pod'}
          {driverPods.map(({ name, says }) => (
            <span key={name} class="pod">
              <b>{says}</b> <span>{name}</span>
            </span>
          ))}
        </dd>
      </dl>
      {leaving.length > 0 && (
        <>
          <h3>Pods that are to leave</h3>
          <ul class="pods">
            {leaving.map(({ namespace, name, owner, says }) => (
              <li key={`${namespace}/${name}`}>
                <b>
                  {namespace}/{name}
                </b>
                <small>
                  {owner === undefined ? '' : `${owner}: `}
                  {says}
                </small>
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}
