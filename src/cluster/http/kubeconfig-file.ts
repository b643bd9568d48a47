import { readFileSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { parseDocument } from 'yaml';
import { ConnectionError } from './connection.ts';
import { kubeconfigSchema, type KubeconfigFile } from './kubeconfig-schema.ts';

/**
 * One kubeconfig file as it is.
 *
 * @returns undefined if there is no such file
 * @throws ConnectionError saying which field is wrong; nothing that the file holds is in the message
 */
export function readKubeconfigFile(path: string): KubeconfigFile | undefined {
  const text = readIfThere(path);
  if (text === undefined) return undefined;
  const parsed = kubeconfigSchema.safeParse(parseYaml(path, text) ?? {});
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path.join('.') ?? '';
  throw new ConnectionError(
    `${path}: ${field === '' ? 'this' : field} is not as in a kubeconfig (${issue?.message ?? ''})`,
  );
}

/** One entry of a kubeconfig, which knows where it stands: for its relative paths, and to speak of its fields. */
export class Entry<T> {
  readonly value: T;
  readonly #file: string;
  readonly #place: string;

  /** @param place `users["ada"]` */
  constructor(value: T, file: string, place: string) {
    this.value = value;
    this.#file = file;
    this.#place = place;
  }

  /** An error about one field, or about the entry itself. */
  error(problem: string, field?: keyof T & string): ConnectionError {
    return new ConnectionError(
      `${this.#file}: ${this.#place}${field === undefined ? '' : `.${field}`} ${problem}`,
    );
  }

  /** Relative paths are relative to the file that they stand in. */
  path(path: string): string {
    return isAbsolute(path) ? path : join(dirname(resolve(this.#file)), path);
  }

  /**
   * A certificate or key, from the field that holds it or else from the file that the other one names.
   *
   * @throws ConnectionError
   */
  pem(dataField: keyof T & string, fileField: keyof T & string): string | undefined {
    const data = this.value[dataField];
    if (typeof data === 'string') {
      return this.#checkPem(Buffer.from(data, 'base64').toString('utf8'), dataField);
    }
    const path = this.value[fileField];
    if (typeof path !== 'string') return undefined;
    const text = readIfThere(this.path(path));
    if (text === undefined) throw this.error(`is a file that is not there: ${this.path(path)}`, fileField);
    return this.#checkPem(text, fileField);
  }

  #checkPem(text: string, field: keyof T & string): string {
    if (!text.includes('-----BEGIN ')) throw this.error('does not hold PEM', field);
    return text;
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    if (code === 'ENOENT') return undefined;
    throw new ConnectionError(`${path} cannot be read (${code})`);
  }
}

function parseYaml(path: string, text: string): unknown {
  const document = parseDocument(text, { prettyErrors: false, logLevel: 'silent' });
  const [problem] = document.errors;
  if (problem === undefined) return toValue(path, document);
  const line = text.slice(0, problem.pos[0]).split('\n').length;
  // Not the parser's own message: it may quote the line.
  throw new ConnectionError(`${path}, line ${line}: not valid YAML (${problem.code})`);
}

// An alias that leads nowhere, or too many of them, shows only here.
function toValue(path: string, document: ReturnType<typeof parseDocument>): unknown {
  try {
    return document.toJS();
  } catch {
    throw new ConnectionError(`${path}: not valid YAML`);
  }
}
