/**
 * What a page does with conditions; only pages that mark by one bring it along (`conditions` for
 * numbers and matrices, `formula_conditions` for formulas).
 * @typedef {import("./exact.mjs").Fraction} Fraction
 * @typedef {import("./formula_hooks.mjs").Formula} Formula
 * @typedef {import("./formula_hooks.mjs").Domains} Domains
 * @typedef {string | boolean | TermList} Term A value, `response`, or an operation before its parts.
 * @typedef {Term[]} TermList
 */

/** @type {() => never} */
const leftOut = () => {
  throw new Error("this page was written without conditions")
}

/**
 * Whether a response meets all the terms; null where that cannot be told. `isInDoubt` tells of
 * what was typed, and of others as far away as it is not known, whether rounding may decide.
 * @type {{
 *   ofNumbers: (terms: Term[], response: Fraction | Fraction[] | Fraction[][]) => boolean | null,
 *   isInDoubt: (terms: Term[], responses: (Fraction | Fraction[] | Fraction[][])[]) => boolean,
 *   ofFormula: (terms: Term[], response: Formula, domains: Domains) => boolean | null,
 * }}
 */
export const conditions = { ofNumbers: leftOut, isInDoubt: leftOut, ofFormula: leftOut }
