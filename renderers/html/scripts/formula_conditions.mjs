/**
 * Conditions on formulas that were typed: both sides of each comparison are made of the formula,
 * of its derivatives and of its values at places, and compared as any two formulas are.
 * @typedef {import("./exact.mjs").Fraction} Fraction
 * @typedef {import("./formula_hooks.mjs").Formula} Formula
 * @typedef {import("./formula_hooks.mjs").Tree} Tree
 * @typedef {import("./condition_hooks.mjs").Term} Term
 */
import { conditions } from "./condition_hooks.mjs"
import { exactly, minus, ONE, written } from "./exact.mjs"
import { equivalence, hasValues } from "./formula_equivalence.mjs"
import { grown } from "./formula_marking.mjs"
import { isOperation, operation } from "./formula_reader.mjs"

/** The formula has no slopeOf, or one that is too long. */
class Underivable extends Error {}

const MOST_PARTS = 5_000
/** @type {(value: string) => Formula} */
const numeral = (value) => ({ op: "number", value })
const [NONE, UNIT, OPPOSITE, TWO] = ["0", "1", "-1", "2"].map(numeral)

/** @type {(formula: Formula) => string | null} */
const valueOf = (formula) => ("value" in formula ? formula.value : null)

/** @type {(formula: Formula, name: string) => boolean} */
const holdsName = (formula, name) =>
  isOperation(formula) ? formula.parts.some((part) => holdsName(part, name)) : "name" in formula && formula.name === name

/** @type {(formula: Formula) => number} */
const partsIn = (formula) => (isOperation(formula) ? formula.parts.reduce((sum, part) => sum + partsIn(part), 1) : 1)

/** @type {(...terms: Formula[]) => Formula} */
function sumOf(...terms) {
  const kept = terms.filter((term) => valueOf(term) !== "0")
  return kept.length > 1 ? operation("sum", ...kept) : kept[0] ?? NONE
}

/** @type {(...factors: Formula[]) => Formula} */
function productOf(...factors) {
  if (factors.some((factor) => valueOf(factor) === "0")) return NONE
  const kept = factors.filter((factor) => valueOf(factor) !== "1")
  return kept.length > 1 ? operation("product", ...kept) : kept[0] ?? UNIT
}

/** @type {Record<string, (parts: Formula[], whole: Formula, slope: (part: Formula) => Formula, name: string) => Formula>} */
const SLOPES = {
  sum: (parts, _, slope) => sumOf(...parts.map(slope)),
  product: (parts, _, slope) =>
    sumOf(...parts.map((part, place) => productOf(slope(part), ...parts.slice(0, place), ...parts.slice(place + 1)))),
  quotient: ([top, bottom], _, slope, name) => {
    if (!holdsName(bottom, name)) return operation("quotient", slope(top), bottom)
    const above = sumOf(productOf(slope(top), bottom), productOf(OPPOSITE, top, slope(bottom)))
    return operation("quotient", above, operation("power", bottom, TWO))
  },
  power: ([base, exponent], whole, slope, name) => {
    if (!holdsName(exponent, name)) {
      const value = valueOf(exponent)
      const lower = value === null ? sumOf(exponent, OPPOSITE) : numeral(written(minus(exactly(value), ONE)))
      return productOf(exponent, operation("power", base, lower), slope(base))
    }
    const along = productOf(slope(exponent), operation("ln", base))
    if (!holdsName(base, name)) return productOf(whole, along)
    return productOf(whole, sumOf(along, operation("quotient", productOf(exponent, slope(base)), base)))
  },
  exp: ([inner], whole, slope) => productOf(whole, slope(inner)),
  ln: ([inner], _, slope) => operation("quotient", slope(inner), inner),
  sqrt: ([inner], whole, slope) => operation("quotient", slope(inner), productOf(TWO, whole)),
  abs: ([inner], whole, slope) => operation("quotient", productOf(inner, slope(inner)), whole),
  sin: ([inner], _, slope) => productOf(operation("cos", inner), slope(inner)),
  cos: ([inner], _, slope) => productOf(OPPOSITE, operation("sin", inner), slope(inner)),
  tanh: ([inner], whole, slope) => productOf(sumOf(UNIT, productOf(OPPOSITE, operation("power", whole, TWO))), slope(inner)),
  sigmoid: ([inner], whole, slope) => productOf(whole, sumOf(UNIT, productOf(OPPOSITE, whole)), slope(inner)),
}

/** The slopeOf by a variable. @type {(formula: Formula, name: string) => Formula} */
export function slopeOf(formula, name) {
  if (!holdsName(formula, name)) return NONE
  if (!isOperation(formula)) return UNIT
  const slope = SLOPES[formula.op]
  // A largest or smallest of several has none where they meet.
  if (!slope) throw new Underivable()
  return slope(formula.parts, formula, (part) => slopeOf(part, name), name)
}

/** @type {(formula: Formula) => Fraction | null} */
function numberOf(formula) {
  const value = valueOf(formula)
  return value === null ? null : exactly(value)
}

/** @type {(formula: Formula) => boolean} */
const isEvenPower = (formula) => {
  const exponent = isOperation(formula) && formula.op === "power" ? numberOf(formula.parts[1]) : null
  return exponent !== null && exponent.bottom === 1n && exponent.top % 2n === 0n
}

/**
 * Whether a formula is written so that it may bend or jump along one of the variables: by the size
 * of what hangs on them, or the root of its even power. Of a size under a logarithm it does not.
 * @type {(formula: Formula, names: string[]) => boolean}
 */
function hasKinks(formula, names) {
  if (!isOperation(formula) || !names.some((name) => holdsName(formula, name))) return false
  const [first, second] = formula.parts
  if (formula.op === "abs") return true
  if (formula.op === "sqrt" && isEvenPower(first)) return true
  if (formula.op === "power" && isEvenPower(first) && numberOf(second)?.bottom !== 1n) return true
  const inner = formula.op === "ln" && isOperation(first) && first.op === "abs" ? first.parts : formula.parts
  return inner.some((part) => hasKinks(part, names))
}

/** The variables by which a condition takes derivatives. @type {(term: Term) => string[]} */
function derivedBy(term) {
  if (!Array.isArray(term) || term[0] === "formula") return []
  const [name, ...parts] = term
  const own = name === "diff" ? [named(side(parts[1], NONE))] : []
  return [...own, ...parts.flatMap(derivedBy)]
}

/** @type {(formula: Formula, name: string, by: Formula) => Formula} */
function replaced(formula, name, by) {
  if (isOperation(formula)) return operation(formula.op, ...formula.parts.map((part) => replaced(part, name, by)))
  return "name" in formula && formula.name === name ? by : formula
}

/** @type {(formula: Formula) => string} */
const named = (formula) => ("name" in formula ? formula.name : "")

/** @type {Record<string, (...parts: Formula[]) => Formula>} */
const OF_TERMS = {
  "+": (a, b) => operation("sum", a, b),
  "-": (a, b) => operation("sum", a, operation("product", OPPOSITE, b)),
  "*": (a, b) => operation("product", a, b),
  "/": (a, b) => operation("quotient", a, b),
  "**": (a, b) => operation("power", a, b),
  negate: (a) => operation("product", OPPOSITE, a),
  log: (a) => operation("ln", a),
  at: (formula, variable, place) => replaced(formula, named(variable), place),
  diff: (formula, variable) => {
    const found = slopeOf(formula, named(variable))
    if (partsIn(found) > MOST_PARTS) throw new Underivable()
    return found
  },
}

/** @type {(term: Term, response: Formula) => Formula} */
function side(term, response) {
  if (term === "response") return response
  if (!Array.isArray(term)) return numeral(String(term))
  const [name, ...parts] = [String(term[0]), ...term.slice(1)]
  if (name === "formula") return grown(/** @type {Tree} */ (parts[0]))
  const made = parts.map((part) => side(part, response))
  return OF_TERMS[name]?.(...made) ?? operation(name, ...made)
}

conditions.ofFormula = (terms, response, domains) => {
  try {
    const told = terms.map((term) => {
      const [sign, left, right] = Array.isArray(term) ? term : []
      const verdict = equivalence(side(left, response), side(right, response), domains)
      return verdict === "undecided" ? null : (verdict === "equal") === (sign === "==")
    })
    if (told.includes(false)) return false
    // A derivative drops a term without a value, such as x/0 by y, and passes over kinks.
    const isUnsure = told.includes(null) || hasKinks(response, terms.flatMap(derivedBy))
    return !isUnsure && hasValues(response, domains) ? true : null
  } catch (error) {
    if (error instanceof Underivable) return null
    throw error
  }
}
