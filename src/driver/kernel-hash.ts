/**
 * The hash by which a kernel stands in the names of its pool's objects. It is the one that NVIDIA's operator uses, so that a
 * cluster keeps its DaemonSets when it moves between the two: FNV-1a with 32 bits, written as a decimal number, each character
 * of which is replaced as Kubernetes does to keep generated names free of words.
 *
 * @see http://www.isthe.com/chongo/tech/comp/fnv/ for FNV-1a
 * @see https://pkg.go.dev/k8s.io/apimachinery/pkg/util/rand#SafeEncodeString
 */
export function kernelHash(kernel: string): string {
  const digits = String(fnv1a(new TextEncoder().encode(kernel)));
  return Array.from(digits, (digit) =>
    SAFE_CHARACTERS.charAt(digit.charCodeAt(0) % SAFE_CHARACTERS.length),
  ).join('');
}

const SAFE_CHARACTERS = 'bcdfghjklmnpqrstvwxz2456789';
const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

function fnv1a(bytes: Uint8Array): number {
  return bytes.reduce((hash, byte) => Math.imul(hash ^ byte, FNV_PRIME) >>> 0, FNV_OFFSET);
}
