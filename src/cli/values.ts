import { InvalidArgumentError } from 'commander';
import { parseListenAddress } from '../operator/telemetry/listen-address.ts';
import type { ListenAddress } from '../operator/telemetry/listen-address.ts';
import { LOG_LEVELS, parseLogLevel } from '../operator/telemetry/log-level.ts';
import type { LogLevel } from '../operator/telemetry/log-level.ts';

// Each reads one flag's value, or says in a sentence what is wrong with it.

const DNS_LABEL = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;
const DNS_SUBDOMAIN = /^(?=.{1,253}$)[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;
const CONFIG_MAP_KEY = /^[-._a-zA-Z0-9]{1,253}$/;

export function namespace(value: string): string {
  return matching(DNS_LABEL, value, 'A namespace is lower-case letters, digits and "-".');
}

export function objectName(value: string): string {
  return matching(DNS_SUBDOMAIN, value, 'A name is lower-case letters, digits, "-" and ".".');
}

export function configMapKey(value: string): string {
  return matching(CONFIG_MAP_KEY, value, 'A key is letters, digits, "-", "_" and ".".');
}

export function image(value: string): string {
  return matching(/^[^\s]+$/, value, 'An image is written like registry.example.com/ofed-operator:1.0.');
}

export function file(value: string): string {
  return matching(/./, value, 'A file name is missing.');
}

export function logLevel(value: string): LogLevel {
  const level = parseLogLevel(value);
  if (level === undefined) {
    throw new InvalidArgumentError(`The levels are ${LOG_LEVELS.join(', ')}.`);
  }
  return level;
}

export function listenAddress(value: string): ListenAddress {
  try {
    return parseListenAddress(value);
  } catch (error) {
    throw new InvalidArgumentError(error instanceof RangeError ? `${error.message}.` : String(error));
  }
}

/** @returns a reader of comma-separated words out of those allowed, each at most once */
export function someOf<T extends string>(allowed: readonly T[]): (value: string) => readonly T[] {
  return (value) => {
    const words = value.split(',').map((word) => word.trim());
    const known = words.map((word) => allowed.find((candidate) => candidate === word));
    if (known.includes(undefined)) {
      throw new InvalidArgumentError(`It is one or more of ${allowed.join(', ')}, separated by commas.`);
    }
    return allowed.filter((word) => known.includes(word));
  };
}

function matching(pattern: RegExp, value: string, rule: string): string {
  if (!pattern.test(value)) {
    throw new InvalidArgumentError(rule);
  }
  return value;
}
