import { useState } from 'preact/hooks';

/** Command lines to paste into a shell. */
export function Commands({ commands }: { readonly commands: readonly string[] }) {
  if (commands.length === 0) return null;
  return (
    <ul class="commands">
      {commands.map((command) => (
        <Command key={command} command={command} />
      ))}
    </ul>
  );
}

const SHOWN_MS = 1500;

function Command({ command }: { readonly command: string }) {
  const [copied, setCopied] = useState(false);
  const copy = (): void => {
    void navigator.clipboard.writeText(command).then(() => {
      setCopied(true);
      setTimeout(() => {
        setCopied(false);
      }, SHOWN_MS);
    });
  };
  return (
    <li>
      <code tabIndex={0}>{command}</code>
      {/* Only where the connection is secure, which the loopback interface counts as. */}
      {isSecureContext && (
        <button type="button" class="copy" onClick={copy} aria-label={copied ? 'Copied' : `Copy: ${command}`}>
          {copied ? 'Copied' : 'Copy'}
        </button>
      )}
    </li>
  );
}
