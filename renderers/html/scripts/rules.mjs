/**
 * What a response earns: exact credit by the exam's rules, and the mistake that it shows. The same
 * rules as qgen's own marking.
 * @typedef {import("./exact.mjs").Fraction} Fraction
 * @typedef {"all_or_nothing" | "per_option" | "right_minus_wrong"} Rule
 * @typedef {{low: Fraction, high: Fraction}} Reach
 */
import { compared, exactly, fraction, magnitude, minus, ONE, over, plus, times, ZERO } from "./exact.mjs"
import { INNER_SPACE } from "./numbers.mjs"

/** @type {(a: Fraction, b: Fraction) => Fraction} */
const larger = (a, b) => (compared(a, b) < 0 ? b : a)

/**
 * Credit for ticked options; both lists hold the numbers of options, from 1.
 * @type {(rule: Rule, right: number[], ticked: number[], shown: number) => Fraction}
 */
export function choiceCredit(rule, right, ticked, shown) {
  const hits = ticked.filter((option) => right.includes(option)).length
  const [misses, extras] = [right.length - hits, ticked.length - hits]
  if (rule === "all_or_nothing") return misses + extras ? ZERO : ONE
  if (rule === "per_option") return fraction(shown - misses - extras, shown)
  if (!right.length) return ticked.length ? ZERO : ONE
  return larger(ZERO, fraction(hits - extras, right.length))
}

/**
 * Credit for the right item chosen for each left one; null is left empty.
 * @type {(rule: Rule, key: number[], chosen: (number | null)[]) => Fraction}
 */
export function matchingCredit(rule, key, chosen) {
  const right = key.filter((each, index) => chosen[index] === each).length
  const wrong = chosen.filter((each, index) => each !== null && each !== key[index]).length
  if (rule === "all_or_nothing") return right === key.length ? ONE : ZERO
  if (rule === "per_option") return fraction(right, key.length)
  return larger(ZERO, fraction(right - wrong, key.length))
}

/**
 * Credit for an order of items; null is a position left empty.
 * @type {(credit: "all_or_nothing" | "adjacent", key: number[], given: (number | null)[]) => Fraction}
 */
export function orderingCredit(credit, key, given) {
  if (credit === "all_or_nothing")
    return key.every((each, index) => given[index] === each) ? ONE : ZERO
  const kept = new Set(given.slice(1).map((each, index) => `${given[index]} ${each}`))
  const pairs = key.slice(1).map((each, index) => `${key[index]} ${each}`)
  return fraction(pairs.filter((pair) => kept.has(pair)).length, key.length - 1)
}

/** @type {(reach: Reach, given: Fraction, slack: Fraction) => boolean} */
const holds = ({ low, high }, given, slack) =>
  compared(low, plus(given, slack)) <= 0 && compared(minus(given, slack), high) <= 0

/**
 * Credit for a number, and the nearest known mistake in whose reach a wrong one lies, from 0.
 * What is given is only known to lie at most `slack` from there.
 * @type {(key: Fraction, mistakes: Fraction[], tolerance: [string, string], given: Fraction, slack?: Fraction) => {credit: Fraction, mistake: number | null}}
 */
export function numberMark(key, mistakes, [kind, amount], given, slack = ZERO) {
  /** @type {(value: Fraction) => boolean} */
  const reaches = (value) => holds(accepted(value, kind, exactly(amount)), given, slack)
  if (reaches(key)) return { credit: ONE, mistake: null }
  /** @type {number | null} */
  let nearest = null
  /** @type {(index: number) => Fraction} */
  const away = (index) => magnitude(minus(given, mistakes[index]))
  mistakes.forEach((mistake, index) => {
    if (reaches(mistake) && (nearest === null || compared(away(index), away(nearest)) < 0))
      nearest = index
  })
  return { credit: ZERO, mistake: nearest }
}

/**
 * Credit for the entries of a matrix, row by row, and the first known mistake that all of them
 * show, from 0; null is left empty.
 * @type {(matrix: {credit: "per_entry" | "all", values: string[], mistakes: string[][], tolerance: [string, string]}, given: ({value: Fraction, slack: Fraction} | null)[]) => {credit: Fraction, mistake: number | null}}
 */
export function matrixMark({ credit, values, mistakes, tolerance: [kind, amount] }, given) {
  /** @type {(wanted: string[]) => number} */
  const held = (wanted) =>
    wanted.filter((value, index) => {
      const each = given[index]
      return each !== null && holds(accepted(exactly(value), kind, exactly(amount)), each.value, each.slack)
    }).length
  const right = held(values)
  if (right === values.length) return { credit: ONE, mistake: null }
  const mistake = mistakes.findIndex((each) => held(each) === values.length)
  return {
    credit: credit === "all" ? ZERO : fraction(right, values.length),
    mistake: mistake < 0 ? null : mistake,
  }
}

/**
 * The numbers that a tolerance accepts around a key.
 * @type {(key: Fraction, kind: string, amount: Fraction) => Reach}
 */
export function accepted(key, kind, amount) {
  const size = magnitude(key)
  let margin = amount
  if (kind === "relative") margin = times(amount, size)
  if (kind === "significant_digits") margin = key.top ? halfUnit(size, Number(amount.top)) : ZERO
  return { low: minus(key, margin), high: plus(key, margin) }
}

/** Half a unit of so many significant digits. @type {(size: Fraction, digits: number) => Fraction} */
function halfUnit(size, digits) {
  let exponent = size.top.toString().length - size.bottom.toString().length
  if (compared(tenTo(exponent), size) > 0) exponent -= 1
  return over(tenTo(exponent - digits + 1), fraction(2))
}

/** @type {(exponent: number) => Fraction} */
export function tenTo(exponent) {
  const power = 10n ** BigInt(Math.abs(exponent))
  return exponent < 0 ? fraction(1n, power) : fraction(power)
}

/**
 * What follows from an earlier value, by a quotient of two polynomials; null where nothing does.
 * @type {(carried: {top: string[], bottom: string[]}, earlier: Fraction) => Fraction | null}
 */
export function followed(carried, earlier) {
  /** @type {(coefficients: string[]) => Fraction} */
  const value = (coefficients) =>
    coefficients.reduceRight((sum, each) => plus(times(sum, earlier), exactly(each)), ZERO)
  const below = value(carried.bottom)
  return below.top ? over(value(carried.top), below) : null
}

/** Letters alike in upper and lower case, as Python's casefold has them. @type {(text: string) => string} */
function folded(text) {
  return [...text]
    .map((each) => (each === "ı" ? each : each.toLowerCase().toUpperCase().toLowerCase()))
    .join("")
    .replace(/ς/g, "σ")
}

/** @type {(text: string, caseSensitive: boolean) => string} */
export function plainWords(text, caseSensitive) {
  const words = text.normalize("NFC").replace(INNER_SPACE, " ").replace(/^ | $/g, "")
  return caseSensitive ? words : folded(words)
}

/**
 * Credit for a few words, and the known mistake that they are, from 0.
 * @type {(words: {accepted: string[], mistakes: string[], caseSensitive: boolean}, given: string) => {credit: Fraction, mistake: number | null}}
 */
export function wordsMark(words, given) {
  /** @type {(text: string) => string} */
  const plain = (text) => plainWords(text, words.caseSensitive)
  if (words.accepted.map(plain).includes(plain(given))) return { credit: ONE, mistake: null }
  const mistake = words.mistakes.map(plain).indexOf(plain(given))
  return { credit: ZERO, mistake: mistake < 0 ? null : mistake }
}
