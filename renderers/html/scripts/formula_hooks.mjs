/**
 * What a page does with formulas; only pages that ask for one bring it along (`formulas`, and
 * `formula_forms` where a formula must look as the question says).
 * @typedef {import("./numbers.mjs").Refusal} Refusal
 * @typedef {{op: "number", value: string}} NumberNode
 * @typedef {{op: "symbol", name: string}} SymbolNode
 * @typedef {{op: string, parts: Formula[]}} Operation
 * @typedef {NumberNode | SymbolNode | Operation} Formula
 * @typedef {string | TreeList} Tree
 * @typedef {Tree[]} TreeList
 * @typedef {Record<string, "real" | "positive" | "nonnegative" | "probability">} Domains
 * @typedef {"constant" | "factor"} Freedom
 * @typedef {"factorised" | "expanded" | "lowest_terms" | "no_decimals"} FormulaForm
 * @typedef {import("./marking.mjs").FormulaKey} FormulaKey
 * @typedef {import("./marking.mjs").Mark} Mark
 * @typedef {import("./marking.mjs").ComplexKey} ComplexKey
 * @typedef {import("./exact.mjs").Fraction} Fraction
 * @typedef {import("./numbers.mjs").TypedNumber} TypedNumber
 * @typedef {{real: TypedNumber, imaginary: TypedNumber}} TypedComplex
 */

/** @type {() => never} */
const missing = () => {
  throw new Error("this page was written without formulas")
}

/**
 * @type {{
 *   read: (text: string, variables: string[], free: string[]) => Formula | Refusal,
 *   show: (formula: Formula) => Element,
 *   mark: (key: FormulaKey, text: string) => Mark,
 * }}
 */
export const formulas = { read: missing, show: missing, mark: missing }

/**
 * What a page does with complex numbers; only pages that ask for one bring it along.
 * @type {{
 *   read: (text: string, workedOut?: boolean) => TypedComplex | Refusal,
 *   mark: (key: ComplexKey, given: TypedComplex) => {credit: Fraction, mistake: number | null},
 *   shown: (given: TypedComplex) => string,
 * }}
 */
export const complexNumbers = { read: missing, mark: missing, shown: missing }

/** @type {{judge: (formula: Formula, text: string, form: FormulaForm) => "met" | "missed" | "undecided"}} */
export const forms = { judge: missing }
