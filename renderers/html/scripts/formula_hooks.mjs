/**
 * What a page does with formulas; only pages that ask for one bring it along (`formulas`).
 * @typedef {import("./numbers.mjs").Refusal} Refusal
 * @typedef {{op: "number", value: string}} NumberNode
 * @typedef {{op: "symbol", name: string}} SymbolNode
 * @typedef {{op: string, parts: Formula[]}} Operation
 * @typedef {NumberNode | SymbolNode | Operation} Formula
 * @typedef {Record<string, "real" | "positive" | "nonnegative" | "probability">} Domains
 */

/** @type {() => never} */
const missing = () => {
  throw new Error("this page was written without formulas")
}

/**
 * @type {{
 *   read: (text: string, variables: string[]) => Formula | Refusal,
 *   show: (formula: Formula) => Element,
 *   mark: (key: Formula, mistakes: Formula[], given: Formula, domains: Domains) => {verdict: "equal" | "different" | "undecided", mistake: number | null},
 * }}
 */
export const formulas = { read: missing, show: missing, mark: missing }
