/**
 * Conditions on numbers, vectors and matrices that were typed, worked out exactly as qgen does.
 * @typedef {import("./exact.mjs").Fraction} Fraction
 * @typedef {import("./condition_hooks.mjs").Term} Term
 * @typedef {Fraction | boolean | ValueList} Value
 * @typedef {Value[]} ValueList
 */
import { conditions } from "./condition_hooks.mjs"
import { compared, exactly, fraction, magnitude, minus, negative, over, plus, raised, times, ZERO } from "./exact.mjs"
import { determinant, inverted, rankOf } from "./matrices.mjs"

/** The condition has no value for this response, or none that is worked out exactly. */
class Untold extends Error {}

const MOST_DIGITS = 10_000

/** @type {(value: bigint) => number} */
const digitsOf = (value) => (value < 0n ? -value : value).toString(2).length

/** @type {(value: Fraction) => Fraction} */
function limited(value) {
  if (Math.max(digitsOf(value.top), digitsOf(value.bottom)) > MOST_DIGITS) throw new Untold()
  return value
}

/** @type {(value: Value) => Fraction} */
function asNumber(value) {
  if (typeof value === "boolean" || Array.isArray(value)) throw new Untold()
  return value
}

/** @type {(value: Value) => Fraction} */
function whole(value) {
  const found = asNumber(value)
  if (found.bottom !== 1n) throw new Untold()
  return found
}

/** @type {(value: Value) => Value[]} */
function list(value) {
  if (!Array.isArray(value)) throw new Untold()
  return value
}

/** @type {(value: Value) => Fraction[]} */
const vector = (value) => list(value).map(asNumber)

/** @type {(value: Value) => Fraction[][]} */
function matrix(value) {
  const rows = list(value).map(vector)
  if (!rows.length || !rows[0].length || rows.some((row) => row.length !== rows[0].length)) throw new Untold()
  return rows
}

/** @type {(value: Value) => Fraction[][]} */
function square(value) {
  const rows = matrix(value)
  if (rows.length !== rows[0].length) throw new Untold()
  return rows
}

/** @type {(value: Value) => boolean} */
const truth = (value) => (typeof value === "boolean" ? value : Array.isArray(value) ? value.length > 0 : value.top !== 0n)

/** A truth value counts as 0 or 1. @type {(value: Value) => Fraction} */
const comparable = (value) => (typeof value === "boolean" ? fraction(Number(value)) : asNumber(value))

/** Lists by their entries, all of one shape; a number goes with every entry. @type {(apply: (...values: Value[]) => Value, values: Value[]) => Value} */
function byEntries(apply, values) {
  const lists = values.filter((each) => Array.isArray(each))
  if (!lists.length) return apply(...values)
  const [{ length }] = lists
  if (lists.some((each) => each.length !== length)) throw new Untold()
  return Array.from({ length }, (_, place) => {
    const nested = new Set(lists.map((each) => Array.isArray(each[place])))
    if (nested.size > 1) throw new Untold()
    return byEntries(apply, values.map((each) => (Array.isArray(each) ? each[place] : each)))
  })
}

/** @type {(a: Fraction, b: Fraction) => Fraction} */
function quotientOf(a, b) {
  if (!b.top) throw new Untold()
  return over(a, b)
}

/** @type {(a: Fraction) => Fraction} */
function floored(a) {
  const cut = a.top / a.bottom
  return fraction(a.top % a.bottom < 0n ? cut - 1n : cut)
}

/** @type {(base: Fraction, exponent: Fraction) => Fraction} */
function wholePowered(base, exponent) {
  const times = whole(exponent).top
  const size = BigInt(Math.max(digitsOf(base.top), digitsOf(base.bottom)))
  if (size * (times < 0n ? -times : times) > MOST_DIGITS || (times < 0n && !base.top)) throw new Untold()
  return raised(base, Number(times))
}

/** @type {(a: bigint, b: bigint) => bigint} */
function divisor(a, b) {
  while (b) [a, b] = [b, a % b]
  return a < 0n ? -a : a
}

/** @type {(a: bigint, b: bigint) => bigint} */
const multiple = (a, b) => (a && b ? (a * b < 0n ? -a * b : a * b) / divisor(a, b) : 0n)

/** @type {(a: Value, b: Value) => boolean} */
function same(a, b) {
  if (Array.isArray(a) || Array.isArray(b))
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((each, place) => same(each, b[place]))
  return compared(comparable(a), comparable(b)) === 0
}

/** @type {(a: Fraction[], b: Fraction[]) => Fraction} */
function inner(a, b) {
  if (a.length !== b.length) throw new Untold()
  return a.reduce((sum, each, place) => limited(plus(sum, times(each, b[place]))), ZERO)
}

/** @type {(rows: Fraction[][]) => Fraction[][]} */
const transposed = (rows) => rows[0].map((_, column) => rows.map((row) => row[column]))

/** @type {(value: Value) => boolean} */
const isVector = (value) => Array.isArray(value) && value.length > 0 && !Array.isArray(value[0])

/** A vector stands for a row on the left and a column on the right. @type {(first: Value, second: Value) => Value} */
function matrixProduct(first, second) {
  const left = isVector(first) ? [vector(first)] : matrix(first)
  const right = isVector(second) ? vector(second).map((each) => [each]) : matrix(second)
  const product = left.map((row) => transposed(right).map((column) => inner(row, column)))
  if (isVector(second)) return isVector(first) ? product[0][0] : product.map(([only]) => only)
  return isVector(first) ? product[0] : product
}

/** The smallest or largest, of a vector or of several numbers. @type {(values: Value[], sign: number) => Fraction} */
function outermost(values, sign) {
  const found = vector(values.length === 1 && Array.isArray(values[0]) ? values[0] : values)
  if (!found.length) throw new Untold()
  return found.reduce((best, each) => (compared(each, best) * sign > 0 ? each : best))
}

/** @type {(container: Value, index: Value) => Value} */
function entry(container, index) {
  const [entries, place] = [list(container), Number(whole(index).top)]
  const found = entries[place < 0 ? entries.length + place : place]
  if (found === undefined) throw new Untold()
  return found
}

/** @type {(value: Value) => boolean[]} */
const truths = (value) =>
  list(value).map((each) => {
    if (typeof each !== "boolean") throw new Untold()
    return each
  })

/** Operations that take lists entry by entry. @type {Record<string, (...values: Fraction[]) => Fraction>} */
const OF_ENTRIES = {
  "+": (a, b) => plus(a, b),
  "-": (a, b) => minus(a, b),
  "*": (a, b) => times(a, b),
  "/": quotientOf,
  "//": (a, b) => floored(quotientOf(a, b)),
  "%": (a, b) => minus(a, times(b, floored(quotientOf(a, b)))),
  mod: (a, b) => minus(a, times(b, floored(quotientOf(a, b)))),
  "**": wholePowered,
  negate: (a) => negative(a),
  abs: (a) => magnitude(a),
  sign: (a) => fraction(compared(a, ZERO)),
  floor: floored,
  ceil: (a) => negative(floored(negative(a))),
}

/** @type {Record<string, (...values: Value[]) => Value>} */
const OF_VALUES = {
  "<": (...both) => byEntries((a, b) => compared(comparable(a), comparable(b)) < 0, both),
  "<=": (...both) => byEntries((a, b) => compared(comparable(a), comparable(b)) <= 0, both),
  "==": same,
  "!=": (a, b) => !same(a, b),
  not: (a) => !truth(a),
  row: (...entries) => entries,
  item: entry,
  gcd: (...values) => fraction(values.map((each) => whole(each).top).reduce(divisor, 0n)),
  lcm: (...values) => limited(fraction(values.map((each) => whole(each).top).reduce(multiple, 1n))),
  min: (...values) => outermost(values, -1),
  max: (...values) => outermost(values, 1),
  sum: (value) => vector(value).reduce((sum, each) => limited(plus(sum, each)), ZERO),
  length: (value) => fraction(list(value).length),
  dot: (a, b) => inner(vector(a), vector(b)),
  det: (value) => limited(determinant(square(value))),
  rank: (value) => fraction(rankOf(matrix(value))),
  trace: (value) => square(value).reduce((sum, row, place) => limited(plus(sum, row[place])), ZERO),
  transpose: (value) => transposed(matrix(value)),
  inverse: (value) => {
    const found = inverted(square(value))
    if (!found) throw new Untold()
    return found
  },
  matmul: matrixProduct,
  any: (value) => truths(value).includes(true),
  all: (value) => !truths(value).includes(false),
}
for (const [name, apply] of Object.entries(OF_ENTRIES))
  OF_VALUES[name] = (...values) => byEntries((...entries) => limited(apply(...entries.map(asNumber))), values)

/** @type {(term: Term, response: Value) => Value} */
function valued(term, response) {
  if (typeof term === "boolean") return term
  if (typeof term === "string") return term === "response" ? response : exactly(term)
  const [name, ...parts] = [String(term[0]), ...term.slice(1)]
  if (name === "if") return valued(truth(valued(parts[0], response)) ? parts[1] : parts[2], response)
  const first = parts.length ? valued(parts[0], response) : ZERO
  // What decides already leaves the other side alone, which may have no value.
  if (name === "and") return truth(first) ? valued(parts[1], response) : first
  if (name === "or") return truth(first) ? first : valued(parts[1], response)
  const rest = parts.slice(1).map((part) => valued(part, response))
  return parts.length ? OF_VALUES[name](first, ...rest) : OF_VALUES[name]()
}

conditions.ofNumbers = (terms, response) => {
  try {
    const found = terms.map((term) => valued(term, response))
    return found.every((each) => typeof each === "boolean") ? !found.includes(false) : null
  } catch (error) {
    if (error instanceof Untold) return null
    throw error
  }
}

/** What may jump where its argument is rounded, however little. */
const JUMPS = new Set(["rank", "sign", "floor", "ceil", "mod", "%", "//", "gcd", "lcm"])
const COMPARING = new Set(["<", "<=", "==", "!="])
const MARGIN = fraction(100)

/** @type {(term: Term) => boolean} */
const jumps = (term) => Array.isArray(term) && (JUMPS.has(String(term[0])) || term.slice(1).some(jumps))

/** Both sides of every comparison. @type {(term: Term) => Term[][]} */
const sidesIn = (term) =>
  Array.isArray(term) ? [...(COMPARING.has(String(term[0])) ? [term.slice(1)] : []), ...term.slice(1).flatMap(sidesIn)] : []

/** By how much two values differ; lists by their entries, with a number beside every one. @type {(left: Value, right: Value) => Fraction[]} */
function differences(left, right) {
  if (!Array.isArray(left) && !Array.isArray(right)) return [minus(comparable(left), comparable(right))]
  const lengths = [left, right].map((each) => (Array.isArray(each) ? each.length : Infinity))
  return Array.from({ length: Math.min(...lengths) }, (_, place) => {
    const [one, other] = [left, right].map((each) => (Array.isArray(each) ? each[place] : each))
    return differences(one, other)
  }).flat()
}

/** Whether two sides are hardly further apart than rounding moves them. @type {(sides: Term[], responses: Value[]) => boolean} */
function roundingDecides([left, right], responses) {
  try {
    const found = responses.map((each) => differences(valued(left, each), valued(right, each)))
    return found[0].some((_, place) => {
      const apart = found.map((each) => each[place])
      const moved = minus(outermost(apart, 1), outermost(apart, -1))
      return moved.top !== 0n && compared(outermost(apart.map(magnitude), -1), times(MARGIN, moved)) <= 0
    })
  } catch (error) {
    // What has no value here was not asked: something before it has decided already.
    if (error instanceof Untold) return false
    throw error
  }
}

conditions.isInDoubt = (terms, responses) =>
  terms.some(jumps) || terms.flatMap(sidesIn).some((sides) => roundingDecides(sides, responses))
