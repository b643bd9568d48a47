import type { Refusal } from '../../wire.ts';

/** Why there is nothing to be seen, and where there is. */
export function Notice({ refusal: { kind, message, leader } }: { readonly refusal: Refusal }) {
  if (kind !== 'standby') {
    return (
      <main class="notice card">
        <h2>{kind === 'starting' ? 'The operator is starting' : 'Nothing to be seen yet'}</h2>
        <p>{message}. This page tries again by itself.</p>
      </main>
    );
  }
  return (
    <main class="notice card">
      <h2>This operator stands by</h2>
      <p>
        {leader === undefined ? (
          'Another one leads'
        ) : (
          <>
            <b>{leader}</b> leads
          </>
        )}
        , and only who leads knows how the rollout goes.
      </p>
      {leader !== undefined && (
        <>
          <p>If that is the name of its pod, forward the port of that one instead:</p>
          <pre tabIndex={0}>kubectl port-forward -n NAMESPACE {leader} 8090</pre>
        </>
      )}
      <p>When this one comes to lead, the page goes on by itself.</p>
    </main>
  );
}
