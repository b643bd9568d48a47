import { InvalidArgumentError } from 'commander';

const UNITS = { s: 1000, m: 60_000, h: 3_600_000 } as const;

/** A time such as `90s`, `30m`, `1h30m`, in milliseconds. */
export function duration(value: string): number {
  const parts = [...value.matchAll(/(\d+)([smh])/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== value) {
    throw new InvalidArgumentError('A time is written like 90s, 30m or 1h30m.');
  }
  return parts.reduce((sum, [, number, unit]) => sum + Number(number) * UNITS[unit as keyof typeof UNITS], 0);
}
