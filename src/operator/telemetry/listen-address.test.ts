import { describe, expect, it } from 'vitest';
import { formatListenAddress, parseListenAddress } from './listen-address.ts';

describe('parseListenAddress', () => {
  it.each([
    [':8080', { port: 8080 }],
    ['127.0.0.1:0', { host: '127.0.0.1', port: 0 }],
    ['localhost:65535', { host: 'localhost', port: 65535 }],
    ['[::1]:9090', { host: '::1', port: 9090 }],
    ['[::]:9090', { host: '::', port: 9090 }],
  ])('reads %s', (text, address) => {
    expect(parseListenAddress(text)).toEqual(address);
    expect(formatListenAddress(address)).toBe(text);
  });

  it.each([
    ['8080', /no port: write HOST:PORT or :PORT/],
    ['', /no port/],
    ['localhost', /no port/],
    [':', /no valid port/],
    [':http', /no valid port/],
    [':65536', /from 0 to 65535/],
    [':-1', /no valid port/],
    ['::1:8080', /put an IPv6 address in brackets/],
    ['http://localhost:8080', /in brackets|no valid host/],
    ['[localhost]:8080', /no valid host/],
    ['a b:80', /no valid host/],
  ])('says what is wrong with "%s"', (text, message) => {
    expect(() => parseListenAddress(text)).toThrow(message);
  });
});
