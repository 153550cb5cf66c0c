/**
 * Exact fractions: marks and typed numbers never pass through floating point.
 * @typedef {{top: bigint, bottom: bigint}} Fraction
 */

/** @type {(a: bigint, b: bigint) => bigint} */
function commonDivisor(a, b) {
  while (b) [a, b] = [b, a % b]
  return a < 0n ? -a : a
}

/**
 * The fraction in lowest terms, its sign above.
 * @type {(top: bigint | number, bottom?: bigint | number) => Fraction}
 */
export function fraction(top, bottom = 1n) {
  let above = BigInt(top)
  let below = BigInt(bottom)
  if (below === 0n) throw new RangeError("a fraction over zero")
  if (below < 0n) [above, below] = [-above, -below]
  const shared = commonDivisor(above, below)
  return { top: above / shared, bottom: below / shared }
}

export const ZERO = fraction(0)
export const ONE = fraction(1)

/** `3/4`, `-2` or `0.25`: what the page's data and plain decimals hold. @type {(text: string) => Fraction} */
export function exactly(text) {
  const [above, below] = text.split("/")
  if (below !== undefined) return fraction(BigInt(above), BigInt(below))
  const [whole, places = ""] = above.split(".")
  return fraction(BigInt(`${whole}${places}` || "0"), 10n ** BigInt(places.length))
}

/** @type {(a: Fraction, b: Fraction) => Fraction} */
export const plus = (a, b) => fraction(a.top * b.bottom + b.top * a.bottom, a.bottom * b.bottom)

/** @type {(a: Fraction, b: Fraction) => Fraction} */
export const minus = (a, b) => fraction(a.top * b.bottom - b.top * a.bottom, a.bottom * b.bottom)

/** @type {(a: Fraction, b: Fraction) => Fraction} */
export const times = (a, b) => fraction(a.top * b.top, a.bottom * b.bottom)

/** @type {(a: Fraction, b: Fraction) => Fraction} */
export const over = (a, b) => fraction(a.top * b.bottom, a.bottom * b.top)

/** @type {(a: Fraction) => Fraction} */
export const negative = (a) => ({ top: -a.top, bottom: a.bottom })

/** @type {(a: Fraction) => Fraction} */
export const magnitude = (a) => (a.top < 0n ? negative(a) : a)

/** Below zero, zero or above it, as a is below, at or above b. @type {(a: Fraction, b: Fraction) => number} */
export function compared(a, b) {
  const [left, right] = [a.top * b.bottom, b.top * a.bottom]
  return left < right ? -1 : left > right ? 1 : 0
}

/** @type {(a: Fraction, exponent: number) => Fraction} */
export function raised(a, exponent) {
  const size = BigInt(Math.abs(exponent))
  const [top, bottom] = [a.top ** size, a.bottom ** size]
  return exponent < 0 ? fraction(bottom, top) : fraction(top, bottom)
}

/** @type {(a: Fraction) => string} */
export const written = (a) => (a.bottom === 1n ? `${a.top}` : `${a.top}/${a.bottom}`)

/** How many binary digits a whole number has. @type {(a: bigint) => number} */
export const bits = (a) => (a < 0n ? -a : a).toString(16).length * 4

/** The nearest double, also of fractions whose parts are beyond what doubles hold. @type {(a: Fraction) => number} */
export function double(a) {
  const size = Math.max(bits(a.top), bits(a.bottom))
  if (size <= 1000) return Number(a.top) / Number(a.bottom)
  const shift = bits(a.bottom) - bits(a.top) + 70
  const scaled = shift > 0 ? (a.top << BigInt(shift)) / a.bottom : a.top / (a.bottom << BigInt(-shift))
  return Number(scaled) * 2 ** (-shift / 2) * 2 ** (-shift / 2)
}

/** A decimal with so many places, half away from zero; zeros at its end are dropped. @type {(a: Fraction, places: number) => string} */
export function decimal(a, places) {
  const scale = 10n ** BigInt(places)
  const size = magnitude(a)
  const units = (2n * size.top * scale + size.bottom) / (2n * size.bottom)
  const digits = units.toString().padStart(places + 1, "0")
  const cut = digits.length - places
  const rest = digits.slice(cut).replace(/0+$/, "")
  return `${a.top < 0n && units ? "-" : ""}${digits.slice(0, cut)}${rest && `.${rest}`}`
}
