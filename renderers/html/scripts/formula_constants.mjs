/**
 * The constant that a question leaves free, as in x^2 + C.
 * @typedef {import("./formula_hooks.mjs").Formula} Formula
 * @typedef {import("./numbers.mjs").Refusal} Refusal
 */
import { isOperation, operation, readFormula } from "./formula_reader.mjs"
import { unread } from "./formula_words.mjs"

/** @type {Formula} */
export const NOTHING = { op: "number", value: "0" }

/** @type {(formula: Formula) => string[]} */
const namesIn = (formula) => (isOperation(formula) ? formula.parts.flatMap(namesIn) : "name" in formula ? [formula.name] : [])

/** The formula without `+ C`; null where C stands anywhere else than as a term. @type {(formula: Formula, free: string[]) => Formula | null} */
export function withoutFreeConstant(formula, free) {
  const terms = isOperation(formula) && formula.op === "sum" ? formula.parts : [formula]
  /** @type {(term: Formula) => boolean} */
  const isFree = (term) => "name" in term && free.includes(term.name)
  /** @type {(term: Formula) => boolean} */
  const isTakenAway = (term) =>
    isOperation(term) && term.op === "product" && term.parts.length === 2 && "value" in term.parts[0] && term.parts[0].value === "-1" && isFree(term.parts[1])
  const kept = terms.filter((term) => !isFree(term) && !isTakenAway(term))
  const rest = kept.length > 1 ? operation("sum", ...kept) : kept[0] ?? NOTHING
  return namesIn(rest).some((name) => free.includes(name)) ? null : rest
}

/** The formula as it was typed, or why it is refused. @type {(text: string, variables: string[], free: string[]) => Formula | Refusal} */
export function readWithConstant(text, variables, free) {
  const formula = readFormula(text, [...variables, ...free])
  if ("refused" in formula || !free.length || withoutFreeConstant(formula, free)) return formula
  return unread("Constant", "The free constant must be added to the rest, as in … + C.")
}
