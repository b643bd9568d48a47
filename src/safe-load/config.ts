import { labelKeyProblem } from '../kubernetes/names.ts';

/** Whether the driver waits before it loads, and under which annotation of its node. */
export type SafeLoadConfig =
  { readonly enable: false } | { readonly enable: true; readonly annotation: string };

/** The configuration cannot be understood. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  /** @param problem goes on from "the configuration …" */
  constructor(problem: string) {
    super(`the configuration ${problem}`);
  }
}

/**
 * Reads `{"safeDriverLoad": {"enable": true, "annotation": "KEY"}}`. Whatever else stands there is for others. Safe loading is off
 * where nothing is said about it; where what is said is not clear, that is an error, never "off".
 *
 * @throws ConfigError
 */
export function parseConfig(text: string): SafeLoadConfig {
  const section = objectAt(parseJson(text), 'safeDriverLoad');
  const { enable, annotation } = section ?? {};
  if (enable === undefined || enable === false) {
    return { enable: false };
  }
  if (enable !== true) {
    throw new ConfigError('has a safeDriverLoad.enable that is neither true nor false');
  }
  return { enable: true, annotation: annotationKey(annotation) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new ConfigError(`is not valid JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function objectAt(parent: unknown, key: string): Readonly<Record<string, unknown>> | undefined {
  if (!isObject(parent)) {
    throw new ConfigError('is not a JSON object');
  }
  const child = Object.hasOwn(parent, key) ? parent[key] : undefined;
  if (child === undefined || child === null) {
    return undefined;
  }
  if (!isObject(child)) {
    throw new ConfigError(`has a ${key} that is not a JSON object`);
  }
  return child;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function annotationKey(value: unknown): string {
  if (typeof value !== 'string' || value === '') {
    throw new ConfigError('enables safeDriverLoad without a safeDriverLoad.annotation');
  }
  const problem = labelKeyProblem(value);
  if (problem !== undefined) {
    throw new ConfigError(
      `has the safeDriverLoad.annotation "${value}", which no annotation can be called: ${problem}`,
    );
  }
  return value;
}
