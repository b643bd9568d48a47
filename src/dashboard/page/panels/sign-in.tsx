import { useState } from 'preact/hooks';
import type { Refusal } from '../../wire.ts';

interface SignInProps {
  readonly refusal: Refusal;
  readonly onToken: (token: string) => void;
}

/** Asks for a token of the cluster. It is kept until the window is closed, and goes nowhere but to the operator. */
export function SignIn({ refusal, onToken }: SignInProps) {
  const [token, setToken] = useState('');
  return (
    <main class="notice card">
      <h2>A token of the cluster, please</h2>
      <p>Who may read the NicClusterPolicy may see how its rollout goes. For a ServiceAccount of yours:</p>
      <pre tabIndex={0}>kubectl create token NAME -n NAMESPACE</pre>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onToken(token.trim());
        }}
      >
        <label>
          Token
          <input
            type="password"
            autocomplete="off"
            required
            value={token}
            onInput={({ currentTarget }) => {
              setToken(currentTarget.value);
            }}
          />
        </label>
        <button type="submit">Look</button>
      </form>
      {refusal.kind === 'forbidden' && <p role="alert">{refusal.message}.</p>}
    </main>
  );
}
