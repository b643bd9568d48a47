import { stringify } from 'yaml';

export type DataFormat = 'json' | 'yaml';

/** Data for programs. */
export function formatData(data: unknown, format: DataFormat): readonly string[] {
  // The default leaves `yes` and `on` unquoted, which readers of YAML 1.1, Kubernetes' own among them, take for true.
  const text =
    format === 'json'
      ? JSON.stringify(data, null, 2)
      : stringify(data, { version: '1.1', aliasDuplicateObjects: false });
  return [text.trimEnd()];
}
