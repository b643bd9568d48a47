/** What is the matter with a driver version on a kernel. */
export type DriverTrouble = 'image-missing' | 'driver-crashes' | 'driver-hangs';

/** Which drivers do not work on which kernels, at the moment. */
export class DriverTraits {
  readonly #troubles = new Map<string, DriverTrouble>();

  set(version: string, kernel: string, trouble: DriverTrouble | undefined): void {
    if (trouble === undefined) this.#troubles.delete(key(version, kernel));
    else this.#troubles.set(key(version, kernel), trouble);
  }

  clear(): void {
    this.#troubles.clear();
  }

  /** @param image as the driver's container has it: the version stands at the beginning of its tag */
  of(image: string, kernel: string): DriverTrouble | undefined {
    const tag = image.slice(image.lastIndexOf(':') + 1);
    for (const [name, trouble] of this.#troubles) {
      const [version = '', onKernel] = name.split(' ');
      if (tag.startsWith(version) && onKernel === kernel) return trouble;
    }
    return undefined;
  }
}

function key(version: string, kernel: string): string {
  return `${version} ${kernel}`;
}
