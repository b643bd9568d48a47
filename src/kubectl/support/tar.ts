/** A file in an archive. */
export interface ArchivedFile {
  /** With slashes, at most 100 bytes. */
  readonly path: string;
  readonly content: string;
  /** Default: readable by all, writable by its owner. */
  readonly mode?: number;
}

const BLOCK = 512;

/**
 * A tar archive in the ustar format.
 *
 * @param modified for all files, in milliseconds since the epoch
 * @throws RangeError for a path that does not fit
 * @see https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html#tag_20_94_13_06
 */
export function tar(files: readonly ArchivedFile[], modified: number): Buffer {
  const parts = files.flatMap((file) => {
    const body = Buffer.from(file.content);
    return [header(file, body.length, modified), body, Buffer.alloc(padding(body.length))];
  });
  // Two empty blocks are its end.
  return Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)]);
}

function padding(length: number): number {
  return (BLOCK - (length % BLOCK)) % BLOCK;
}

/** Where each field begins, and how long it is. */
const FIELDS = {
  name: [0, 100],
  mode: [100, 8],
  uid: [108, 8],
  gid: [116, 8],
  size: [124, 12],
  mtime: [136, 12],
  checksum: [148, 8],
  type: [156, 1],
  magic: [257, 6],
  version: [263, 2],
} as const;

function header({ path, mode = 0o644 }: ArchivedFile, size: number, modified: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  const write = (field: keyof typeof FIELDS, text: string): void => {
    const [at, length] = FIELDS[field];
    if (Buffer.byteLength(text) > length) throw new RangeError(`"${text}" is too long for a tar archive`);
    block.write(text, at);
  };
  write('name', path);
  write('mode', octal(mode, 8));
  write('uid', octal(0, 8));
  write('gid', octal(0, 8));
  write('size', octal(size, 12));
  write('mtime', octal(Math.floor(modified / 1000), 12));
  write('type', '0');
  write('magic', 'ustar\0');
  write('version', '00');
  // The sum is taken with the field itself full of spaces.
  write('checksum', ' '.repeat(8));
  const sum = block.reduce((total, byte) => total + byte, 0);
  write('checksum', `${sum.toString(8).padStart(6, '0')}\0 `);
  return block;
}

/** Octal digits up to the last byte, which is a zero. */
function octal(value: number, length: number): string {
  return `${value.toString(8).padStart(length - 1, '0')}\0`;
}
