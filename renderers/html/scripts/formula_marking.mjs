/**
 * What a typed formula earns: equal, different or undecided, and whether it has the form asked for.
 * @typedef {import("./formula_hooks.mjs").Formula} Formula
 * @typedef {import("./formula_hooks.mjs").Tree} Tree
 * @typedef {import("./condition_hooks.mjs").Term} Term
 * @typedef {import("./marking.mjs").FormulaKey} FormulaKey
 * @typedef {import("./marking.mjs").Mark} Mark
 */
import { conditions } from "./condition_hooks.mjs"
import { exactly, ONE, ZERO } from "./exact.mjs"
import { readWithConstant, withoutFreeConstant } from "./formula_constants.mjs"
import { freelyEquivalent } from "./formula_freedom.mjs"
import { formulas, forms } from "./formula_hooks.mjs"
import { operation } from "./formula_reader.mjs"
import { UNDECIDED } from "./marking.mjs"

/** @type {(tree: Tree) => Formula} */
export function grown(tree) {
  if (typeof tree === "string") return { op: "number", value: tree }
  const [name, ...parts] = [String(tree[0]), ...tree.slice(1)]
  return parts.length ? operation(name, ...parts.map(grown)) : { op: "symbol", name }
}

/** @type {(key: FormulaKey, text: string) => Mark} */
formulas.mark = (key, text) => {
  const { domains, freedom, free = [] } = key
  const read = readWithConstant(text, Object.keys(domains), free)
  if ("refused" in read)
    return { credit: ZERO, outcome: "refused", mistake: null, sentence: read.refused, position: read.position }
  if (key.claims) return conditionMark(key, key.claims, read)
  const given = withoutFreeConstant(read, free) ?? read
  const verdict = freelyEquivalent(given, grown(key.key), domains, freedom)
  if (verdict === "undecided") return UNDECIDED
  if (verdict === "equal") return formMark(key, read, text)
  return mistakeMark(key, given)
}

/** The mark of a formula that is not the key: in doubt about a mistake that earns marks, a person decides. @type {(key: FormulaKey, given: Formula) => Mark} */
function mistakeMark({ mistakes, credits, domains, freedom }, given) {
  let inDoubt = false
  for (const [index, each] of mistakes.entries()) {
    const credit = credits ? exactly(credits[index]) : ZERO
    const verdict = freelyEquivalent(given, grown(each), domains, freedom)
    if (verdict === "equal") return { credit, outcome: "marked", mistake: index }
    if (verdict === "undecided" && credit.top) inDoubt = true
  }
  return inDoubt ? UNDECIDED : { credit: ZERO, outcome: "marked", mistake: null }
}

/** The mark by a condition, which may not be able to tell. @type {(key: FormulaKey, claims: Term[], given: Formula) => Mark} */
function conditionMark(key, claims, given) {
  const holds = conditions.ofFormula(claims, given, key.domains)
  if (holds) return { credit: ONE, outcome: "marked", mistake: null }
  const found = mistakeMark(key, given)
  return holds === null && found.mistake === null ? UNDECIDED : found
}

/** The mark of a formula that is right but for its form. @type {(key: FormulaKey, formula: Formula, text: string) => Mark} */
function formMark(key, formula, text) {
  for (const form of key.forms ?? []) {
    const judged = forms.judge(formula, text, form)
    if (judged === "undecided") return UNDECIDED
    if (judged === "missed") return { credit: ZERO, outcome: "marked", mistake: null, form }
  }
  return { credit: ONE, outcome: "marked", mistake: null }
}
