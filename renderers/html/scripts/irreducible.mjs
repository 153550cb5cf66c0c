/**
 * Whether a polynomial is a product of two others, as far as simple means tell.
 * @typedef {import("./exact.mjs").Fraction} Fraction
 * @typedef {import("./polynomials.mjs").Polynomial} Polynomial
 * @typedef {import("./polynomials.mjs").PolynomialList} PolynomialList
 */
import { fraction, minus, over, plus, times, ZERO } from "./exact.mjs"
import { wholeRoot } from "./formula_values.mjs"
import { constant, contentOf, isConstant, isNothing, leading, polyDifference, polyDivisor, polyProduct, polyQuotient } from "./polynomials.mjs"

const LARGEST_SPLIT = 1_000_000n
const MOST_TRIES = 20_000
const PLACES = "0 1 -1 2 -2 3 -3 4 -4 5".split(" ").map((each) => BigInt(each))

/**
 * True and false are certain, null says nothing; factors that are numbers do not count.
 * @type {(poly: Polynomial, variables: number) => boolean | null}
 */
export function isIrreducible(poly, variables) {
  if (isConstant(poly)) return true
  const turns = Array.from({ length: variables }, (_, place) => withFirst(poly, variables, place)).filter((each) => each.length > 1)
  // A factor without the variable divides all its coefficients.
  if (turns.some((each) => !isConstant(contentOf(each)))) return false
  if (turns.some((each) => each.length === 2)) return true
  const [first] = turns
  if (!isConstant(polyDivisor(first, derivative(first)))) return false
  const quadratic = turns.find((each) => each.length === 3)
  if (quadratic) {
    const [c, b, a] = quadratic
    const four = constant(4n, variables - 1)
    return rootOf(polyDifference(polyProduct(b, b), polyProduct(four, polyProduct(a, c)))) === null
  }
  if (turns.length === 1) return hasNoFactor(coefficients(first))
  // With all terms of one degree, nothing is lost where the second variable is one.
  if (variables === 2 && isHomogeneous(first)) return hasNoFactor(first.map((each) => filledIn(each, [1n])))
  return staysWhole(turns, variables) ? true : null
}

/** Whether all terms in two variables have the same degree. @type {(poly: PolynomialList) => boolean} */
function isHomogeneous(poly) {
  const degrees = poly.flatMap((each, power) =>
    typeof each === "bigint" ? [] : each.flatMap((inner, other) => (isNothing(inner) ? [] : [power + other])),
  )
  return new Set(degrees).size === 1
}

/** The polynomial with the variable at a place as its first one. @type {(poly: Polynomial, variables: number, place: number) => PolynomialList} */
function withFirst(poly, variables, place) {
  if (!place) return /** @type {PolynomialList} */ (poly)
  const inner = /** @type {PolynomialList} */ (poly).map((each) => withFirst(each, variables - 1, place - 1))
  const length = Math.max(0, ...inner.map((each) => each.length))
  const zero = constant(0n, variables - 2)
  return Array.from({ length }, (_, power) => {
    const column = inner.map((each) => each[power] ?? zero)
    while (column.length && isNothing(column[column.length - 1])) column.pop()
    return column
  })
}

/** @type {(poly: PolynomialList) => PolynomialList} */
const derivative = (poly) => poly.slice(1).map((each, power) => scaled(each, BigInt(power + 1)))

/** @type {(poly: Polynomial, factor: bigint) => Polynomial} */
const scaled = (poly, factor) => (typeof poly === "bigint" ? poly * factor : poly.map((each) => scaled(each, factor)))

/** The polynomial whose square it is, else null. @type {(poly: Polynomial) => Polynomial | null} */
function rootOf(poly) {
  if (typeof poly === "bigint") {
    return poly < 0n ? null : wholeRoot(poly)
  }
  if (!poly.length) return poly
  const head = rootOf(leading(poly))
  if (head === null || poly.length % 2 === 0) return null
  const degree = (poly.length - 1) / 2
  // From the highest power down, each coefficient follows from those above it.
  /** @type {PolynomialList} */
  const root = [head]
  for (let step = 1; step <= degree; step += 1) {
    let rest = poly[2 * degree - step]
    for (let index = 1; index < step; index += 1) rest = polyDifference(rest, polyProduct(root[index], root[step - index]))
    const next = polyQuotient(rest, scaled(head, 2n))
    if (next === null) return null
    root.push(next)
  }
  const found = root.reverse()
  return isNothing(polyDifference(poly, polyProduct(found, found))) ? found : null
}

/** @type {(poly: PolynomialList) => bigint[]} */
const coefficients = (poly) => poly.map((each) => (typeof each === "bigint" ? each : coefficients(each)[0] ?? 0n))

/** @type {(poly: bigint[], at: bigint) => bigint} */
const valueAt = (poly, at) => poly.reduceRight((sum, each) => sum * at + each, 0n)

/** @type {(value: bigint) => bigint[]} */
function divisors(value) {
  const size = value < 0n ? -value : value
  /** @type {bigint[]} */
  const found = []
  for (let each = 1n; each * each <= size; each += 1n)
    if (size % each === 0n) found.push(...new Set([each, -each, size / each, -size / each]))
  return found
}

/** Kronecker's way: a factor's values divide those of the whole. @type {(poly: bigint[]) => boolean | null} */
function hasNoFactor(poly) {
  for (let degree = 1; degree <= (poly.length - 1) / 2; degree += 1) {
    const places = PLACES.slice(0, degree + 1)
    const values = places.map((at) => valueAt(poly, at))
    if (places.length <= degree || values.some((each) => each > LARGEST_SPLIT || each < -LARGEST_SPLIT)) return null
    if (values.includes(0n)) return false
    const choices = values.map(divisors)
    // The sign of a factor is free.
    choices[0] = choices[0].filter((each) => each > 0n)
    if (choices.reduce((count, each) => count * each.length, 1) > MOST_TRIES) return null
    for (const chosen of combined(choices)) {
      const factor = through(places, chosen)
      if (factor && factor.length === degree + 1 && polyQuotient(poly, factor) !== null) return false
    }
  }
  return true
}

/** @type {(choices: bigint[][]) => Generator<bigint[]>} */
function* combined(choices) {
  if (!choices.length) yield []
  else for (const rest of combined(choices.slice(1))) for (const each of choices[0]) yield [each, ...rest]
}

/** The polynomial with whole coefficients through some points, if there is one. @type {(places: bigint[], values: bigint[]) => bigint[] | null} */
function through(places, values) {
  let sum = places.map(() => ZERO)
  places.forEach((here, index) => {
    /** @type {Fraction[]} */
    let basis = [fraction(values[index])]
    for (const there of places)
      if (there !== here) {
        const [step, size] = [fraction(there), fraction(here - there)]
        basis = [ZERO, ...basis].map((each, power) => over(minus(each, times(step, basis[power] ?? ZERO)), size))
      }
    sum = sum.map((each, power) => plus(each, basis[power]))
  })
  if (sum.some((each) => each.bottom !== 1n)) return null
  const whole = sum.map((each) => each.top)
  while (whole.length && whole[whole.length - 1] === 0n) whole.pop()
  return whole
}

/** Whether it has no factors once numbers stand for all variables but one: then it has none at all. @type {(turns: PolynomialList[], variables: number) => boolean} */
function staysWhole(turns, variables) {
  return turns.some((poly) =>
    [2n, 3n, 5n, -2n, 7n].some((start) => {
      const numbers = Array.from({ length: variables - 1 }, (_, index) => start + BigInt(3 * index))
      const plain = poly.map((each) => filledIn(each, numbers))
      return plain[plain.length - 1] !== 0n && hasNoFactor(plain) === true
    }),
  )
}

/** @type {(poly: Polynomial, numbers: bigint[]) => bigint} */
function filledIn(poly, numbers) {
  if (typeof poly === "bigint") return poly
  return valueAt(poly.map((each) => filledIn(each, numbers.slice(1))), numbers[0])
}
