/**
 * What a typed formula looks like: multiplied out, factorised, in lowest terms, without decimals.
 * Read as qgen reads it; where polynomials do not tell, a person must look.
 * @typedef {import("./formula_hooks.mjs").Formula} Formula
 * @typedef {import("./formula_hooks.mjs").FormulaForm} FormulaForm
 * @typedef {"met" | "missed" | "undecided"} Judged
 */
import { forms } from "./formula_hooks.mjs"
import { isOperation } from "./formula_reader.mjs"
import { isIrreducible } from "./irreducible.mjs"
import { generators, isConstant, isUnit, polyDivisor, polyProduct, ratioOf } from "./polynomials.mjs"

const TYPED_DECIMAL = /\d[.,]\d|(?<!\d)[.,]\d|\d[eE][-+]?\d/

/** @type {(formula: Formula, op: string) => Formula[] | null} */
const partsOf = (formula, op) => (isOperation(formula) && formula.op === op ? formula.parts : null)

/** @type {(formula: Formula) => Formula[]} */
const insideOf = (formula) => (isOperation(formula) ? formula.parts : [])

/** @type {(formula: Formula) => Set<string>} */
function variablesIn(formula) {
  if ("name" in formula) return new Set([formula.name])
  return new Set(insideOf(formula).flatMap((part) => [...variablesIn(part)]))
}

/** @type {(formula: Formula) => boolean} */
const hasVariables = (formula) => [...variablesIn(formula)].some((name) => name !== "pi")

/** A whole power above one, which is a product written short. @type {(formula: Formula) => boolean} */
function isWholePower(formula) {
  const exponent = partsOf(formula, "power")?.[1]
  return Boolean(exponent && "value" in exponent && /^\d+$/.test(exponent.value) && Number(exponent.value) > 1)
}

/** @type {(verdicts: Judged[]) => Judged} */
const altogether = (verdicts) =>
  verdicts.includes("missed") ? "missed" : verdicts.includes("undecided") ? "undecided" : "met"

/** @type {(answer: boolean | null) => Judged} */
const answered = (answer) => (answer === null ? "undecided" : answer ? "met" : "missed")

/** The sums that are factors, above and below the line. @type {(formula: Formula) => Formula[]} */
function factorsOf(formula) {
  const parts = partsOf(formula, "product") ?? partsOf(formula, "quotient")
  if (parts) return parts.flatMap(factorsOf)
  if (isWholePower(formula)) return factorsOf(insideOf(formula)[0])
  return partsOf(formula, "sum") && hasVariables(formula) ? [formula] : []
}

/** @type {(formula: Formula) => boolean | null} */
function hasNoFactors(formula) {
  const names = generators(formula)
  const ratio = names && ratioOf(formula, names)
  return ratio && isConstant(ratio.bottom) ? isIrreducible(ratio.top, names.length) : null
}

/** @type {(formula: Formula) => boolean} */
const isSum = (formula) => Boolean(partsOf(formula, "sum")) || isSumAbove(formula)

/** @type {(formula: Formula) => boolean} */
function isSumAbove(formula) {
  const above = partsOf(formula, "quotient")?.[0]
  return Boolean(above && isSum(above))
}

/** Whether a sum is a factor, or stands under a whole power, outside of functions. @type {(formula: Formula) => boolean} */
function hasBrackets(formula) {
  if (!isOperation(formula)) return false
  const { op, parts } = formula
  if (!["sum", "product", "quotient", "power"].includes(op)) return false
  if (op === "product" && parts.some(isSum)) return true
  const isMany = isOperation(parts[0]) && ["sum", "product", "quotient"].includes(parts[0].op)
  if (isWholePower(formula) && isMany) return true
  return parts.some(hasBrackets)
}

/** @type {(formula: Formula) => Formula[]} */
const quotientsIn = (formula) => [...(partsOf(formula, "quotient") ? [formula] : []), ...insideOf(formula).flatMap(quotientsIn)]

/** @type {(a: bigint, b: bigint) => bigint} */
const shared = (a, b) => (b ? shared(b, a % b) : a)

/** The whole number that divides a formula as it is written; null for what has a decimal. @type {(formula: Formula) => bigint | null} */
function wholeContent(formula) {
  if ("value" in formula) return formula.value.includes("/") ? null : BigInt(formula.value.replace("-", ""))
  const [factors, terms] = [partsOf(formula, "product"), partsOf(formula, "sum")]
  const found = (factors ?? terms ?? []).map(wholeContent)
  const whole = found.filter((each) => each !== null)
  if (whole.length < found.length) return null
  if (factors) return whole.reduce((a, b) => a * b, 1n)
  return terms ? whole.reduce(shared, 0n) : 1n
}

/** @type {(above: Formula, below: Formula) => boolean | null} */
function areCoprime(above, below) {
  const names = generators(above, below)
  if (!names) return null
  const [top, bottom] = [ratioOf(above, names), ratioOf(below, names)]
  if (!top || !bottom) return null
  return isUnit(polyDivisor(polyProduct(top.top, bottom.bottom), polyProduct(bottom.top, top.bottom)))
}

/** Every fraction reduced, none inside another; no sum where letters are below a line. @type {(formula: Formula) => Judged} */
function lowestTerms(formula) {
  const quotients = quotientsIn(formula).map(insideOf)
  for (const [above, below] of quotients) {
    if (quotientsIn(above).length || quotientsIn(below).length) return "missed"
    const [first, second] = [wholeContent(above), wholeContent(below)]
    if (first !== null && second !== null && shared(first, second) > 1n) return "missed"
  }
  const divided = quotients.filter(([, below]) => variablesIn(below).size)
  if (divided.length && partsOf(formula, "sum")) return "missed"
  return altogether(divided.map(([above, below]) => answered(areCoprime(above, below))))
}

/** @type {(formula: Formula, text: string, form: FormulaForm) => Judged} */
forms.judge = (formula, text, form) => {
  if (form === "no_decimals") return TYPED_DECIMAL.test(text) ? "missed" : "met"
  if (form === "expanded") return hasBrackets(formula) ? "missed" : "met"
  if (form === "lowest_terms") return lowestTerms(formula)
  return altogether(factorsOf(formula).map((each) => answered(hasNoFactors(each))))
}
