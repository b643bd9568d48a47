import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

/** A certificate authority that exists for one test run. */
export class TestCa {
  readonly #directory = mkdtempSync(join(tmpdir(), 'test-ca-'));
  readonly cert: string;

  constructor(name: string) {
    this.#openssl(
      'req',
      '-x509',
      ...NEW_KEY,
      '-keyout',
      'ca.key',
      '-out',
      'ca.crt',
      '-days',
      '1',
      '-subj',
      `/CN=${name}`,
    );
    this.cert = this.#read('ca.crt');
  }

  /** A certificate for a server, by its names as OpenSSL writes them: `IP:127.0.0.1`. */
  server(names: string): KeyPair {
    return this.#issue('server', `subjectAltName=${names}`);
  }

  /** A certificate for a user. */
  client(user: string): KeyPair {
    return this.#issue(user, 'extendedKeyUsage=clientAuth');
  }

  remove(): void {
    rmSync(this.#directory, { recursive: true });
  }

  #issue(name: string, extension: string): KeyPair {
    writeFileSync(join(this.#directory, 'extensions'), extension);
    this.#openssl('req', ...NEW_KEY, '-keyout', 'new.key', '-out', 'new.csr', '-subj', `/CN=${name}`);
    const authority = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial'];
    this.#openssl(
      'x509',
      '-req',
      '-in',
      'new.csr',
      ...authority,
      '-out',
      'new.crt',
      '-days',
      '1',
      '-extfile',
      'extensions',
    );
    return { cert: this.#read('new.crt'), key: this.#read('new.key') };
  }

  #openssl(...args: readonly string[]): void {
    execFileSync('openssl', args, { cwd: this.#directory, stdio: 'pipe' });
  }

  #read(file: string): string {
    return readFileSync(join(this.#directory, file), 'utf8');
  }
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
