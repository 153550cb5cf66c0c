/**
 * What formulas are worth at a point, with certainty: every number is an exact fraction or lies
 * between two doubles that are moved outwards at each step, so that two values whose bounds do not
 * meet do differ.
 * @typedef {import("./exact.mjs").Fraction} Fraction
 * @typedef {import("./formula_hooks.mjs").Formula} Formula
 * @typedef {{low: number, high: number}} Interval
 * @typedef {Fraction | Interval} Value
 * @typedef {Record<string, Fraction>} Point
 * @typedef {{low: number, high: number, exact: Fraction | null} | "none" | "unknown"} Enclosure An exact value is a fraction, and lies between doubles.
 */
import { bits, compared, double, exactly, fraction, magnitude, ONE, over, plus, raised, times, ZERO } from "./exact.mjs"
import { isOperation } from "./formula_reader.mjs"

/** The formula has no real value here. */
export class NoValue extends Error {}

/** The value cannot be enclosed by doubles: too large, or too close to an edge. */
export class TooHard extends Error {}

const STEP = 2 ** -50
const TINY = 2 ** -1060
const NARROW = 1e-9
const MOST_BITS = 4000
const LARGEST_ANGLE = 1e6

/** @type {(value: Value) => value is Fraction} */
const isExact = (value) => "top" in value

/** @type {(low: number, high: number) => Interval} */
function bounds(low, high) {
  const moved = { low: low - Math.abs(low) * STEP - TINY, high: high + Math.abs(high) * STEP + TINY }
  if (!Number.isFinite(moved.low) || !Number.isFinite(moved.high)) throw new TooHard()
  return moved
}

/** @type {(value: Value) => Interval} */
export function interval(value) {
  if (!isExact(value)) return value
  const near = double(value)
  return value.top ? bounds(near, near) : { low: 0, high: 0 }
}

/** The fraction, or its bounds where it has grown too long. @type {(value: Fraction) => Value} */
const kept = (value) => (bits(value.top) + bits(value.bottom) <= MOST_BITS ? value : interval(value))

/** @type {(left: Value, right: Value) => Value} */
export function added(left, right) {
  if (isExact(left) && isExact(right)) return kept(plus(left, right))
  const [a, b] = [interval(left), interval(right)]
  return bounds(a.low + b.low, a.high + b.high)
}

/** @type {(value: Value) => boolean} */
export const isZero = (value) => isExact(value) && !value.top

/** @type {(left: Value, right: Value) => Value} */
export function multiplied(left, right) {
  if (isExact(left) && isExact(right)) return kept(times(left, right))
  if (isZero(left) || isZero(right)) return ZERO
  const [a, b] = [interval(left), interval(right)]
  const ends = [a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high]
  return bounds(Math.min(...ends), Math.max(...ends))
}

/** @type {(left: Value, right: Value) => Value} */
export function divided(left, right) {
  if (isZero(right)) throw new NoValue()
  if (isExact(right)) return multiplied(left, over(ONE, right))
  if (right.low <= 0 && right.high >= 0) throw new TooHard()
  return multiplied(left, bounds(1 / right.high, 1 / right.low))
}

/** @type {(value: Value) => Value} */
function exponential(value) {
  if (isZero(value)) return ONE
  const a = interval(value)
  return bounds(Math.exp(a.low), Math.exp(a.high))
}

/** @type {(value: Value) => Value} */
function logarithm(value) {
  if (isExact(value) && compared(value, ONE) === 0) return ZERO
  const a = interval(value)
  if (a.high <= 0 || (isExact(value) && value.top <= 0n)) throw new NoValue()
  if (a.low <= 0) throw new TooHard()
  return bounds(Math.log(a.low), Math.log(a.high))
}

/** The whole root of a square, else null. @type {(value: bigint) => bigint | null} */
export function wholeRoot(value) {
  if (value < 2n) return value
  let root = 1n << BigInt(Math.ceil(bits(value) / 2) + 1)
  for (;;) {
    const next = (root + value / root) >> 1n
    if (next >= root) return root * root === value ? root : null
    root = next
  }
}

/** @type {(value: Value) => Value} */
function rooted(value) {
  if (isExact(value)) {
    if (value.top < 0n) throw new NoValue()
    const [top, bottom] = [wholeRoot(value.top), wholeRoot(value.bottom)]
    if (top !== null && bottom !== null) return fraction(top, bottom)
  }
  const a = interval(value)
  if (a.high < 0) throw new NoValue()
  if (a.low < 0) throw new TooHard()
  return bounds(Math.sqrt(a.low), Math.sqrt(a.high))
}

/** @type {(value: Value) => Value} */
function absolute(value) {
  if (isExact(value)) return magnitude(value)
  const ends = [Math.abs(value.low), Math.abs(value.high)]
  return { low: value.low <= 0 && value.high >= 0 ? 0 : Math.min(...ends), high: Math.max(...ends) }
}

/** @type {(values: Value[], sign: number) => Value} */
function extreme(values, sign) {
  const exact = values.filter(isExact)
  if (exact.length === values.length)
    return exact.reduce((best, each) => (compared(each, best) * sign > 0 ? each : best))
  const choose = sign > 0 ? Math.max : Math.min
  const all = values.map(interval)
  return { low: choose(...all.map((each) => each.low)), high: choose(...all.map((each) => each.high)) }
}

/** @type {(value: Value) => Value} */
const sigmoid = (value) => divided(ONE, added(ONE, exponential(multiplied(fraction(-1), value))))

/** Sine or cosine about the middle; neither is steeper than one. @type {(value: Value, wave: (angle: number) => number) => Interval} */
function waved(value, wave) {
  const a = interval(value)
  if (Math.max(Math.abs(a.low), Math.abs(a.high)) > LARGEST_ANGLE) throw new TooHard()
  const middle = (a.low + a.high) / 2
  const radius = a.high - a.low + STEP
  const height = wave(middle)
  return { low: Math.max(-1, height - radius), high: Math.min(1, height + radius) }
}

/** Over the reals; 0 ** 0 is 1, and (-8) ** (1/3) has no value. @type {(base: Value, exponent: Value) => Value} */
export function powered(base, exponent) {
  if (isExact(exponent)) {
    if (exponent.bottom === 1n) return wholePower(base, exponent.top)
    if (exponent.bottom === 2n) return wholePower(rooted(base), exponent.top)
  }
  if (isExact(base)) {
    if (compared(base, ONE) === 0) return base
    if (!base.top) {
      const { low, high } = interval(exponent)
      if (low > 0) return ZERO
      if (high < 0) throw new NoValue()
      throw new TooHard()
    }
    if (base.top < 0n && isExact(exponent)) throw new NoValue()
  }
  const a = interval(base)
  if (a.high < 0 && isExact(exponent)) throw new NoValue()
  if (a.low <= 0) throw new TooHard()
  return exponential(multiplied(exponent, logarithm(base)))
}

/** @type {(base: Value, exponent: bigint) => Value} */
function wholePower(base, exponent) {
  if (!exponent) return ONE
  if (exponent < 0n) return divided(ONE, wholePower(base, -exponent))
  if (isExact(base)) {
    const size = BigInt(bits(base.top) + bits(base.bottom))
    if (!base.top || compared(base, ONE) === 0) return base
    if (size * exponent <= MOST_BITS) return raised(base, Number(exponent))
  }
  // By repeated squaring, whose steps are each bounded.
  const half = wholePower(base, exponent / 2n)
  const square = isExact(half) ? multiplied(half, half) : squared(half)
  return exponent % 2n ? multiplied(square, base) : square
}

/** @type {(value: Interval) => Value} */
function squared(value) {
  const size = absolute(value)
  if (isExact(size)) return times(size, size)
  const found = bounds(size.low * size.low, size.high * size.high)
  return { low: Math.max(0, found.low), high: found.high }
}

/** @type {Record<string, (values: Value[]) => Value>} */
export const OPERATIONS = {
  sum: (values) => values.reduce(added, ZERO),
  product: (values) => values.reduce(multiplied, ONE),
  quotient: ([top, bottom]) => divided(top, bottom),
  power: ([base, exponent]) => powered(base, exponent),
  exp: ([value]) => exponential(value),
  ln: ([value]) => logarithm(value),
  sqrt: ([value]) => rooted(value),
  abs: ([value]) => absolute(value),
  sin: ([value]) => (isZero(value) ? ZERO : waved(value, Math.sin)),
  cos: ([value]) => (isZero(value) ? ONE : waved(value, Math.cos)),
  tanh: ([value]) => added(multiplied(fraction(2), sigmoid(multiplied(fraction(2), value))), fraction(-1)),
  sigmoid: ([value]) => sigmoid(value),
  max: (values) => extreme(values, 1),
  min: (values) => extreme(values, -1),
}

/** @type {(formula: Formula, point: Point) => Value} */
function enclosed(formula, point) {
  if (isOperation(formula))
    return OPERATIONS[formula.op](formula.parts.map((part) => enclosed(part, point)))
  if ("value" in formula) return exactly(formula.value)
  return point[formula.name] ?? bounds(Math.PI, Math.PI)
}

/** The value, or null where there is none. @type {(formula: Formula, point: Point) => Value | null} */
function defined(formula, point) {
  try {
    return enclosed(formula, point)
  } catch (error) {
    if (error instanceof NoValue) return null
    throw error
  }
}

/** @type {(value: Interval) => boolean} */
const isNarrow = ({ low, high }) => high - low <= NARROW * Math.max(1, Math.abs(low), Math.abs(high))

/**
 * How two formulas compare at a point; `different` and `one_sided` are certain.
 * @type {(first: Formula, second: Formula, point: Point) => "same" | "different" | "one_sided" | "both_undefined" | "unknown"}
 */
export function comparison(first, second, point) {
  try {
    const [left, right] = [defined(first, point), defined(second, point)]
    if (left === null || right === null) return left === right ? "both_undefined" : "one_sided"
    if (isExact(left) && isExact(right)) return compared(left, right) ? "different" : "same"
    const [a, b] = [interval(left), interval(right)]
    if (a.high < b.low || b.high < a.low) return "different"
    return isNarrow(a) && isNarrow(b) ? "same" : "unknown"
  } catch (error) {
    if (error instanceof TooHard) return "unknown"
    throw error
  }
}

/** What a formula without variables is worth. @type {(formula: Formula) => Enclosure} */
export function enclosure(formula) {
  try {
    const value = defined(formula, {})
    return value === null ? "none" : betweenDoubles(value)
  } catch (error) {
    if (error instanceof TooHard) return "unknown"
    throw error
  }
}

/** @type {(value: Value) => Enclosure} */
export const betweenDoubles = (value) => ({ ...interval(value), exact: isExact(value) ? value : null })

/** How large a formula without variables is, about; null where it is no number. @type {(formula: Formula) => number | null} */
export function sizeOf(formula) {
  try {
    const value = defined(formula, {})
    if (value === null) return null
    const { low, high } = interval(value)
    return Math.abs((low + high) / 2)
  } catch (error) {
    if (error instanceof TooHard) return null
    throw error
  }
}
