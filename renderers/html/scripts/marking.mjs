/**
 * Marks one response to one part, whatever its kind.
 * @typedef {import("./exact.mjs").Fraction} Fraction
 * @typedef {import("./rules.mjs").Rule} Rule
 * @typedef {import("./formula_hooks.mjs").Tree} Tree
 * @typedef {import("./formula_hooks.mjs").FormulaForm} FormulaForm
 * @typedef {import("./condition_hooks.mjs").Term} Term
 * @typedef {import("./numbers.mjs").TypedNumber} TypedNumber
 * @typedef {{part: number, workedOut?: boolean, top: string[], bottom: string[]} | {part: number, workedOut?: boolean, complex?: boolean}} Carried
 * @typedef {{kind: "choice", many: boolean, rule: Rule, key: number[], shown: number}} Choice
 * @typedef {{kind: "matching", rule: Rule, key: number[]}} Matching
 * @typedef {{kind: "ordering", credit: "all_or_nothing" | "adjacent", key: number[]}} Ordering
 * @typedef {{kind: "number", claims?: Term[], value: string, mistakes: string[], credits?: string[], tolerance: [string, string], workedOut?: boolean, carried?: Carried}} NumberKey
 * @typedef {{kind: "complex", value: string[], mistakes: string[][], credits?: string[], tolerance: [string, string], workedOut?: boolean, carried?: Carried}} ComplexKey
 * @typedef {{kind: "matrix", rows: number, columns: number, claims?: Term[], credit: "per_entry" | "all", values: string[], mistakes: string[][], tolerance: [string, string]}} MatrixKey
 * @typedef {{kind: "formula", claims?: Term[], key: Tree, domains: import("./formula_hooks.mjs").Domains, mistakes: Tree[], credits?: string[], forms?: FormulaForm[], free?: string[], freedom?: import("./formula_hooks.mjs").Freedom}} FormulaKey
 * @typedef {{kind: "words", accepted: string[], mistakes: string[], credits?: string[], caseSensitive: boolean}} Words
 * @typedef {{kind: "open", rubric: string[]}} OpenKey
 * @typedef {Choice | Matching | Ordering | NumberKey | ComplexKey | MatrixKey | FormulaKey | Words | OpenKey} Key
 * @typedef {number | string | (number | string | null)[] | null} Response
 * @typedef {{credit: Fraction | null, outcome: "marked" | "blank" | "refused" | "undecided", mistake: number | null, sentence?: string, position?: number, form?: FormulaForm}} Mark
 */
import { conditions } from "./condition_hooks.mjs"
import { exactly, ONE, over, plus, times, ZERO } from "./exact.mjs"
import { complexNumbers, formulas } from "./formula_hooks.mjs"
import { readAnswer } from "./numbers.mjs"
import { choiceCredit, followed, matchingCredit, matrixMark, numberMark, orderingCredit, wordsMark } from "./rules.mjs"

/** What a person must decide. @type {Mark} */
export const UNDECIDED = { credit: null, outcome: "undecided", mistake: null }

/** @type {(credit: Fraction, mistake?: number | null) => Mark} */
const marked = (credit, mistake = null) => ({ credit, outcome: "marked", mistake })

/** With what a known mistake earns. @type {(found: {credit: Fraction, mistake: number | null}, credits?: string[]) => Mark} */
const earned = ({ credit, mistake }, credits) =>
  marked(mistake === null || !credits ? credit : exactly(credits[mistake]), mistake)

/** @type {(response: Response) => boolean} */
export function isBlank(response) {
  if (Array.isArray(response)) return response.every((each) => each === null || isBlank(each))
  return response === null || (typeof response === "string" && !response.trim())
}

/**
 * The mark of a response; `earlier` holds the responses to the parts before, and `selfMarked` the
 * rubric lines, from 0, that a student finds met. Credit is null where nobody has decided.
 * @type {(key: Key, response: Response, earlier: Response[], selfMarked: number[] | null) => Mark}
 */
export function mark(key, response, earlier = [], selfMarked = null) {
  if (key.kind === "open") return openMark(key, response, selfMarked)
  if (key.kind === "choice") return choiceMark(key, response)
  if (isBlank(response)) return { credit: ZERO, outcome: "blank", mistake: null }
  if (key.kind === "matching")
    return marked(matchingCredit(key.rule, key.key, numbered(response)))
  if (key.kind === "ordering")
    return marked(orderingCredit(key.credit, key.key, numbered(response)))
  if (key.kind === "matrix") return markedMatrix(key, response)
  const text = String(response)
  if (key.kind === "number") return markedNumber(key, text, earlier)
  if (key.kind === "complex") return markedComplex(key, text, earlier)
  if (key.kind === "formula") return formulas.mark(key, text)
  return earned(wordsMark(key, text), key.credits)
}

/** @type {(key: Choice, response: Response) => Mark} */
function choiceMark(key, response) {
  const ticked = typeof response === "number" ? [response] : numbered(response)
  const numbers = ticked.filter((each) => each !== null)
  const rule = key.many ? key.rule : "all_or_nothing"
  const credit = choiceCredit(rule, key.key, numbers, key.shown)
  const isWrong = !key.many && numbers.length === 1 && numbers[0] !== key.key[0]
  const isBlankChoice = !key.many && !numbers.length
  return { ...marked(credit, isWrong ? numbers[0] - 1 : null), outcome: isBlankChoice ? "blank" : "marked" }
}

/** Numbers of options, where a response is a list. @type {(response: Response) => (number | null)[]} */
const numbered = (response) =>
  Array.isArray(response) ? response.map((each) => (typeof each === "number" ? each : null)) : []

/** @type {(key: MatrixKey, response: Response) => Mark} */
function markedMatrix(key, response) {
  const texts = Array.isArray(response) ? response : []
  /** @type {({value: Fraction, slack: Fraction} | null)[]} */
  const given = []
  for (let place = 0; place < key.values.length; place += 1) {
    const text = texts[place] ?? ""
    const read = String(text).trim() ? readAnswer(String(text)) : null
    if (read && "refused" in read)
      return { credit: ZERO, outcome: "refused", mistake: null, sentence: read.refused }
    given.push(read)
  }
  if (key.claims) return conditionedMatrix(key, key.claims, given)
  const found = matrixMark(key, given)
  return marked(found.credit, found.mistake)
}

/** By a condition; what is left empty makes the whole wrong. @type {(key: MatrixKey, claims: Term[], given: (TypedNumber | null)[]) => Mark} */
function conditionedMatrix(key, claims, given) {
  const known = given.filter((each) => each !== null)
  if (known.length < given.length) return marked(ZERO)
  const steps = [0, 1, -1].map((way) => known.map(() => way))
  known.forEach(({ slack }, place) => {
    if (slack.top) steps.push(...[1, -1].map((way) => known.map((_, index) => (index === place ? way : 0))))
  })
  const moved = steps.map((step) => rowsOf(known.map((each, place) => away(each, step[place])), key))
  const holds = agreed(moved.map((rows) => conditions.ofNumbers(claims, rows)))
  if (holds === null) return UNDECIDED
  const isRounded = known.some((each) => each.slack.top)
  const inDoubt = isRounded && conditions.isInDoubt(claims, moved)
  if (holds) return inDoubt ? UNDECIDED : marked(ONE)
  const { mistake } = matrixMark(key, known)
  if (mistake === null && (inDoubt || (isRounded && comparesNumbers(claims)))) return UNDECIDED
  return marked(ZERO, mistake)
}

/** @type {(entries: Fraction[], size: {columns: number}) => Fraction[][]} */
const rowsOf = (entries, { columns }) =>
  Array.from({ length: entries.length / columns }, (_, row) => entries.slice(row * columns, (row + 1) * columns))

/** What was typed, or the end of what it may stand for. @type {(typed: TypedNumber, way: number) => Fraction} */
const away = ({ value, slack }, way) => (way ? plus(value, times(exactly(String(way)), slack)) : value)

/** What all say; null where one cannot tell, or they differ. @type {(told: (boolean | null)[]) => boolean | null} */
const agreed = (told) => (told.every((each) => each === told[0]) ? told[0] : null)

/** @type {(claims: Term[]) => boolean} */
const comparesNumbers = (claims) =>
  claims.some((term) => Array.isArray(term) && (term[0] === "==" || comparesNumbers(term)))

/** By a condition. @type {(key: NumberKey, claims: Term[], typed: TypedNumber) => Mark} */
function conditionedNumber(key, claims, typed) {
  const moved = [0, 1, -1].map((way) => away(typed, way))
  const holds = agreed(moved.map((each) => conditions.ofNumbers(claims, each)))
  if (holds === null) return UNDECIDED
  const isRounded = typed.slack.top !== 0n
  const inDoubt = isRounded && conditions.isInDoubt(claims, moved)
  if (holds) return inDoubt ? UNDECIDED : marked(ONE)
  const { mistake } = numberMark(exactly(key.value), key.mistakes.map(exactly), key.tolerance, typed.value, typed.slack)
  if (mistake === null && (inDoubt || (isRounded && comparesNumbers(claims)))) return UNDECIDED
  return earned({ credit: ZERO, mistake }, key.credits)
}

/** @type {(key: NumberKey, text: string, earlier: Response[]) => Mark} */
function markedNumber(key, text, earlier) {
  const read = readAnswer(text, key.workedOut)
  if ("refused" in read)
    return { credit: ZERO, outcome: "refused", mistake: null, sentence: read.refused }
  if (key.claims) return conditionedNumber(key, key.claims, read)
  const { value: given, slack } = read
  const alone = numberMark(exactly(key.value), key.mistakes.map(exactly), key.tolerance, given, slack)
  const found = earned(alone, key.credits)
  const carried = key.carried
  if (alone.credit.top || !carried) return found
  // What follows from the earlier value is no quotient of polynomials: a person must look.
  if (!("top" in carried)) return hasEarlier(carried, earlier) ? undecided(found) : found
  const before = earlier[carried.part - 1]
  const value = typeof before === "string" && before.trim() ? readAnswer(before, carried.workedOut) : null
  if (value === null || "refused" in value) return found
  const next = followed(carried, value.value)
  if (next === null) return found
  const follows = numberMark(next, [], key.tolerance, given, slack)
  return follows.credit.top ? marked(ONE) : found
}

/** @type {(key: ComplexKey, text: string, earlier: Response[]) => Mark} */
function markedComplex(key, text, earlier) {
  const read = complexNumbers.read(text, key.workedOut)
  if ("refused" in read)
    return { credit: ZERO, outcome: "refused", mistake: null, sentence: read.refused }
  const alone = complexNumbers.mark(key, read)
  const found = earned(alone, key.credits)
  return !alone.credit.top && key.carried && hasEarlier(key.carried, earlier) ? undecided(found) : found
}

/** @type {(found: Mark) => Mark} */
const undecided = ({ mistake }) => ({ credit: null, outcome: "undecided", mistake })

/** Whether the part that a value may follow from holds a number. @type {(carried: Carried, earlier: Response[]) => boolean} */
function hasEarlier(carried, earlier) {
  const before = earlier[carried.part - 1]
  if (typeof before !== "string" || !before.trim()) return false
  const isComplex = "complex" in carried && carried.complex
  const read = isComplex ? complexNumbers.read(before, carried.workedOut) : readAnswer(before, carried.workedOut)
  return !("refused" in read)
}

/** @type {(key: OpenKey, response: Response, selfMarked: number[] | null) => Mark} */
function openMark(key, response, selfMarked) {
  // Who has written on paper marks that, too.
  if (selfMarked === null)
    return isBlank(response)
      ? { credit: ZERO, outcome: "blank", mistake: null }
      : { credit: null, outcome: "undecided", mistake: null }
  return marked(rubricCredit(key.rubric, selfMarked))
}

/** @type {(rubric: string[], met: number[]) => Fraction} */
function rubricCredit(rubric, met) {
  const worth = rubric.map(exactly)
  const total = worth.reduce(plus, ZERO)
  const earned = met.reduce((sum, each) => plus(sum, worth[each] ?? ZERO), ZERO)
  return total.top ? over(earned, total) : met.length ? ONE : ZERO
}
