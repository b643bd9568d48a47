/**
 * The same data with nothing in its texts that a terminal would obey. Annotations, Events and what registries answer come from anybody, and
 * must not move the cursor or change a title.
 */
export function printable<T>(data: T): T {
  return cleaned(data) as T;
}

function cleaned(data: unknown): unknown {
  if (typeof data === 'string') return printableText(data);
  if (Array.isArray(data)) return data.map(cleaned);
  if (typeof data !== 'object' || data === null) return data;
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [printableText(key), cleaned(value)]));
}

/** Control characters, and those that turn the direction of writing around; a line's end becomes a space. */
function printableText(text: string): string {
  return text.replaceAll(/[\r\n\t]+/g, ' ').replaceAll(/[\p{Cc}\u202A-\u202E\u2066-\u2069]/gu, '');
}
