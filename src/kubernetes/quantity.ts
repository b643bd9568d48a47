/**
 * The value of a resource quantity such as `1500m`, `1.5` or `2Gi`, in billionths: the smallest unit that Kubernetes keeps.
 *
 * @returns undefined if the text is none, or is beyond what anything could have
 * @see https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 */
export function parseQuantity(quantity: string | number): bigint | undefined {
  const match = /^([+-]?)(\d{0,30})(?:\.(\d{0,30}))?(?:([eE][+-]?\d{1,2})|([KMGTPE]i|[numkMGTPE]))?$/.exec(
    String(quantity),
  );
  const [, sign, whole = '', fraction = '', exponent, suffix] = match ?? [];
  if (match === null || whole + fraction === '') return undefined;
  const digits = BigInt(whole + fraction);
  const binary =
    suffix?.endsWith('i') === true ? 1024n ** BigInt('KMGTPE'.indexOf(suffix.charAt(0)) + 1) : 1n;
  const magnitude = scale(digits * binary, 9 - fraction.length + decimalExponent(exponent, suffix));
  return sign === '-' ? -magnitude : magnitude;
}

/** Whether two quantities are the same amount, however written: `1` and `1000m`. */
export function sameQuantity(a: string | number, b: string | number): boolean {
  const [x, y] = [parseQuantity(a), parseQuantity(b)];
  return x === undefined || y === undefined ? a === b : x === y;
}

const DECIMAL_EXPONENTS: ReadonlyMap<string, number> = new Map([
  ['n', -9],
  ['u', -6],
  ['m', -3],
  ['k', 3],
  ['M', 6],
  ['G', 9],
  ['T', 12],
  ['P', 15],
  ['E', 18],
]);

function decimalExponent(exponent: string | undefined, suffix: string | undefined): number {
  return exponent === undefined ? (DECIMAL_EXPONENTS.get(suffix ?? '') ?? 0) : Number(exponent.slice(1));
}

/** Rounded up, as Kubernetes does with anything smaller than a billionth. */
function scale(digits: bigint, exponent: number): bigint {
  if (exponent >= 0) return digits * 10n ** BigInt(exponent);
  const divisor = 10n ** BigInt(-exponent);
  return (digits + divisor - 1n) / divisor;
}
