/**
 * Polynomials with whole coefficients, exactly: in one variable a list of the coefficients, the
 * constant first, each a polynomial in the variables that are left; without variables a number.
 * @typedef {bigint | PolynomialList} Polynomial
 * @typedef {Polynomial[]} PolynomialList
 * @typedef {{top: Polynomial, bottom: Polynomial}} Ratio
 * @typedef {import("./formula_hooks.mjs").Formula} Formula
 */
import { exactly } from "./exact.mjs"
import { isOperation } from "./formula_reader.mjs"

const HIGHEST_POWER = 24
/** Functions that no polynomial of their argument simplifies. */
const OF_A_VARIABLE = new Set(["exp", "ln", "sin", "cos", "tanh"])

/** @type {(poly: Polynomial) => poly is bigint} */
const isNumber = (poly) => typeof poly === "bigint"

/** @type {(poly: Polynomial) => boolean} */
export const isNothing = (poly) => (isNumber(poly) ? poly === 0n : !poly.length)

/** @type {(poly: PolynomialList) => Polynomial} */
export const leading = (poly) => poly[poly.length - 1]

/** @type {(poly: PolynomialList) => PolynomialList} */
function trimmed(poly) {
  while (poly.length && isNothing(leading(poly))) poly.pop()
  return poly
}

/** The number in so many variables. @type {(value: bigint, variables: number) => Polynomial} */
export function constant(value, variables) {
  if (!variables) return value
  return value ? [constant(value, variables - 1)] : []
}

/** Nothing, or one, in as many variables as another polynomial has. @type {(value: bigint, like: Polynomial) => Polynomial} */
function likewise(value, like) {
  let depth = 0
  for (let inner = /** @type {Polynomial | undefined} */ (like); Array.isArray(inner); inner = inner[inner.length - 1]) depth += 1
  return constant(value, depth)
}

/** @type {(a: Polynomial, b: Polynomial) => Polynomial} */
export function polySum(a, b) {
  if (isNumber(a) || isNumber(b)) return /** @type {bigint} */ (a) + /** @type {bigint} */ (b)
  const [longer, shorter] = a.length < b.length ? [b, a] : [a, b]
  return trimmed(longer.map((each, power) => (power < shorter.length ? polySum(each, shorter[power]) : each)))
}

/** @type {(a: Polynomial, b: Polynomial) => Polynomial} */
export function polyProduct(a, b) {
  if (isNumber(a) || isNumber(b)) return /** @type {bigint} */ (a) * /** @type {bigint} */ (b)
  /** @type {PolynomialList} */
  let found = []
  a.forEach((left, power) => {
    if (isNothing(left)) return
    const zero = likewise(0n, left)
    const row = [...Array.from({ length: power }, () => zero), ...b.map((right) => polyProduct(left, right))]
    found = /** @type {PolynomialList} */ (polySum(found, row))
  })
  return trimmed(found)
}

/** @type {(a: Polynomial) => Polynomial} */
export const polyNegative = (a) => (isNumber(a) ? -a : a.map(polyNegative))

/** @type {(a: Polynomial, b: Polynomial) => Polynomial} */
export const polyDifference = (a, b) => polySum(a, polyNegative(b))

/** The quotient where nothing is left over, else null. @type {(a: Polynomial, b: Polynomial) => Polynomial | null} */
export function polyQuotient(a, b) {
  if (isNumber(a) || isNumber(b)) {
    const [above, below] = [/** @type {bigint} */ (a), /** @type {bigint} */ (b)]
    return below !== 0n && above % below === 0n ? above / below : null
  }
  /** @type {PolynomialList} */
  const found = []
  let rest = a
  while (rest.length) {
    const power = rest.length - b.length
    if (power < 0 || !b.length) return null
    const factor = polyQuotient(leading(rest), leading(b))
    if (factor === null) return null
    const zero = likewise(0n, factor)
    const step = [...Array.from({ length: power }, () => zero), factor]
    while (found.length <= power) found.push(zero)
    found[power] = factor
    rest = /** @type {PolynomialList} */ (polyDifference(rest, polyProduct(step, b)))
  }
  return found
}

/** @type {(a: bigint, b: bigint) => bigint} */
function wholeDivisor(a, b) {
  while (b) [a, b] = [b, a % b]
  return a < 0n ? -a : a
}

/** What divides all coefficients. @type {(poly: PolynomialList) => Polynomial} */
export const contentOf = (poly) => poly.reduce(polyDivisor)

/** @type {(poly: PolynomialList) => PolynomialList} */
const primitive = (poly) => /** @type {PolynomialList} */ (poly.map((each) => polyQuotient(each, contentOf(poly))))

/** A greatest common divisor; its sign says nothing. @type {(a: Polynomial, b: Polynomial) => Polynomial} */
export function polyDivisor(a, b) {
  if (isNumber(a) || isNumber(b)) return wholeDivisor(/** @type {bigint} */ (a), /** @type {bigint} */ (b))
  if (!a.length) return b
  if (!b.length) return a
  const content = polyDivisor(contentOf(a), contentOf(b))
  let [above, below] = [primitive(a), primitive(b)]
  if (above.length < below.length) [above, below] = [below, above]
  while (below.length > 1) {
    const rest = pseudoRemainder(above, below)
    if (!rest.length) return below.map((each) => polyProduct(each, content))
    ;[above, below] = [below, primitive(rest)]
  }
  return [content]
}

/** What is left of a multiple of a when b is taken away as often as it goes. @type {(a: PolynomialList, b: PolynomialList) => PolynomialList} */
function pseudoRemainder(a, b) {
  let rest = a
  while (rest.length >= b.length) {
    const zero = likewise(0n, leading(b))
    const step = [...Array.from({ length: rest.length - b.length }, () => zero), leading(rest)]
    const scaled = rest.map((each) => polyProduct(each, leading(b)))
    rest = /** @type {PolynomialList} */ (polyDifference(trimmed(scaled), polyProduct(step, b)))
  }
  return rest
}

/** @type {(poly: Polynomial) => boolean} */
export const isConstant = (poly) => isNumber(poly) || !poly.length || (poly.length === 1 && isConstant(poly[0]))

/** Whether it is 1 or -1. @type {(poly: Polynomial) => boolean} */
export function isUnit(poly) {
  if (isNumber(poly)) return poly === 1n || poly === -1n
  return poly.length === 1 && isUnit(poly[0])
}

/** What counts as a variable: a symbol, or a function of one; nothing else has a name. @type {(formula: Formula) => string | null} */
function nameFor(formula) {
  if (!isOperation(formula)) return "name" in formula ? formula.name : null
  const [inner] = formula.parts
  return OF_A_VARIABLE.has(formula.op) && "name" in inner && inner.name !== "pi" ? `${formula.op}(${inner.name})` : null
}

/** The names of what counts as variables; null where two functions may depend on each other. @type {(...formulas: Formula[]) => string[] | null} */
export function generators(...formulas) {
  /** @type {(formula: Formula) => string[]} */
  const inside = (formula) => {
    const name = nameFor(formula)
    return name ? [name] : isOperation(formula) ? formula.parts.flatMap(inside) : []
  }
  const names = [...new Set(formulas.flatMap(inside))]
  return names.includes("pi") || names.filter((name) => name.includes("(")).length > 1 ? null : names
}

/** The formula as a ratio of polynomials in the names; null where it is none. @type {(formula: Formula, names: string[]) => Ratio | null} */
export function ratioOf(formula, names) {
  const count = names.length
  if ("value" in formula) {
    const { top, bottom } = exactly(formula.value)
    return { top: constant(top, count), bottom: constant(bottom, count) }
  }
  const place = names.indexOf(nameFor(formula) ?? "")
  if (place >= 0) return { top: variable(place, count), bottom: constant(1n, count) }
  if (!isOperation(formula)) return null
  const parts = formula.parts.map((part) => ratioOf(part, names))
  const known = parts.filter((part) => part !== null)
  if (known.length < parts.length && formula.op !== "power") return null
  /** @type {(a: Ratio, b: Ratio) => Ratio} */
  const product = (a, b) => ({ top: polyProduct(a.top, b.top), bottom: polyProduct(a.bottom, b.bottom) })
  const one = { top: constant(1n, count), bottom: constant(1n, count) }
  switch (formula.op) {
    case "sum":
      return known.reduce((a, b) => ({
        top: polySum(polyProduct(a.top, b.bottom), polyProduct(b.top, a.bottom)),
        bottom: polyProduct(a.bottom, b.bottom),
      }))
    case "product":
      return known.reduce(product, one)
    case "quotient":
      return isNothing(known[1].top) ? null : product(known[0], { top: known[1].bottom, bottom: known[1].top })
    case "power": {
      const [base, exponent] = [parts[0], formula.parts[1]]
      const power = "value" in exponent && /^-?\d+$/.test(exponent.value) ? Number(exponent.value) : NaN
      if (!base || !(Math.abs(power) <= HIGHEST_POWER) || (power < 0 && isNothing(base.top))) return null
      const turned = power < 0 ? { top: base.bottom, bottom: base.top } : base
      return Array.from({ length: Math.abs(power) }, () => turned).reduce(product, one)
    }
  }
  return null
}

/** @type {(place: number, count: number) => Polynomial} */
const variable = (place, count) =>
  place ? [variable(place - 1, count - 1)] : [constant(0n, count - 1), constant(1n, count - 1)]
