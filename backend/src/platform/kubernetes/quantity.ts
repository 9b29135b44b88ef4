const FACTORS: Record<string, number> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
}

/**
 * An amount as Kubernetes writes it (`250m`, `1.5Gi`, `12e6`), as a number of whole units: processors, bytes, things.
 * @see https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 * @throws Error when it is none
 */
export function parseQuantity(text: string): number {
  const [, digits = '', exponent, suffix = ''] = /^([+-]?[\d.]+)(?:([eE][+-]?\d+)|([a-zA-Z]*))$/.exec(text) ?? []
  const amount = digits === '' ? NaN : Number(`${digits}${exponent ?? ''}`)
  const factor = FACTORS[suffix]
  if (Number.isNaN(amount) || factor === undefined) throw new Error(`${JSON.stringify(text)} is no quantity`)
  return amount * factor
}
