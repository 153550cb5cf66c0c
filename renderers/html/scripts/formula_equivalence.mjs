/**
 * Whether a typed formula equals the expected one: equal, different or undecided, by exact values
 * and bounds at points all over the declared domain.
 * @typedef {import("./exact.mjs").Fraction} Fraction
 * @typedef {import("./formula_hooks.mjs").Formula} Formula
 * @typedef {import("./formula_values.mjs").Point} Point
 * @typedef {import("./formula_hooks.mjs").Domains} Domains
 */
import { compared, exactly, fraction, magnitude, minus, negative, ONE, plus, times, ZERO } from "./exact.mjs"
import { isOperation } from "./formula_reader.mjs"
import { comparison } from "./formula_values.mjs"

const FEWEST_AGREEMENTS = 5
const NEIGHBOURS = 4
const ORDINARY = 16
const MOST_ORTHANTS = 5
const MOST_CONSTANTS = 12
const MAGNITUDES = "2 1/2 1 3 7/10 13/10 10 29/8 1/1000 1000 1/1000000000 1000000 100".split(" ").map(exactly)
const SHARES =
  "1/2 3/10 9/10 1/7 1/1000 999/1000 1/1000000000 999999999/1000000000".split(" ").map(exactly)

/** Whole numbers below 10 000, the same ones in every run. @type {() => () => number} */
function shares() {
  let state = 20_261
  return () => {
    state = (state * 16_807) % 2_147_483_647
    return state % 9_999
  }
}

/** @type {(value: Fraction, domain: string) => boolean} */
function belongs(value, domain) {
  if (domain === "real") return true
  if (domain === "nonnegative") return value.top >= 0n
  return value.top > 0n && (domain === "positive" || compared(value, ONE) < 0)
}

/** @type {(domain: string, next: () => number) => Fraction} */
function ordinary(domain, next) {
  const share = fraction(1 + next(), 10_000)
  if (domain === "real") return minus(times(fraction(8), share), fraction(4))
  return domain === "probability" ? share : times(fraction(5), share)
}

/** @type {(domain: string, constants: Fraction[]) => Fraction[]} */
function special(domain, constants) {
  const step = fraction(1, 100)
  const beside = constants.flatMap((each) => [plus(each, step), minus(each, step)])
  let values = [...MAGNITUDES, ...beside]
  if (domain === "probability") values = [...SHARES, ...beside]
  if (domain === "real") values = [...values.flatMap((each) => [each, negative(each)]), ZERO]
  return values.filter((value) => belongs(value, domain))
}

/** The magnitudes of the numbers in formulas, at most a dozen. @type {(...formulas: Formula[]) => Fraction[]} */
function constantsOf(...formulas) {
  /** @type {Map<string, Fraction>} */
  const found = new Map()
  const waiting = [...formulas]
  while (waiting.length && found.size < MOST_CONSTANTS) {
    const formula = waiting.shift()
    if (!formula) break
    if ("value" in formula) {
      const value = magnitude(exactly(formula.value))
      found.set(`${value.top}/${value.bottom}`, value)
    }
    if (isOperation(formula)) waiting.push(...formula.parts)
  }
  return [...found.values()]
}

/** @type {(domains: Domains, constants: Fraction[]) => Generator<Point>} */
function* points(domains, constants) {
  const names = Object.keys(domains).sort()
  if (!names.length) {
    yield {}
    return
  }
  const next = shares()
  /** @type {() => Point} */
  const anywhere = () => Object.fromEntries(names.map((name) => [name, ordinary(domains[name], next)]))
  for (let turn = 0; turn < ORDINARY; turn += 1) yield anywhere()
  const real = names.filter((name) => domains[name] === "real").slice(0, MOST_ORTHANTS)
  for (let signs = 0; signs < 2 ** real.length; signs += 1) {
    const point = anywhere()
    for (const [index, name] of real.entries()) {
      const size = magnitude(point[name])
      point[name] = (signs >> index) & 1 ? negative(size) : size
    }
    yield point
  }
  const values = Object.fromEntries(names.map((name) => [name, special(domains[name], constants)]))
  const turns = Math.max(...names.map((name) => values[name].length))
  for (let turn = 0; turn < turns; turn += 1)
    // Each variable walks through its special values at a pace of its own.
    yield Object.fromEntries(
      names.map((name, index) => [name, values[name][(turn * (index + 1) + index) % values[name].length]]),
    )
  if (names.length > 1)
    for (const name of names) for (const value of values[name]) yield { ...anywhere(), [name]: value }
}

/** True where the formulas differ at all of a few points close to this one. @type {(first: Formula, second: Formula, point: Point, domains: Domains) => boolean} */
function differNearby(first, second, point, domains) {
  const next = shares()
  for (let turn = 0; turn < NEIGHBOURS; turn += 1) {
    /** @type {Point} */
    const near = {}
    for (const [name, value] of Object.entries(point)) {
      const size = plus(ONE, magnitude(value))
      const step = plus(times(size, fraction((next() % 1_999) - 999, 1_000_000)), fraction(1, 10_000_000))
      near[name] = [plus(value, step), minus(value, step), value].find((each) => belongs(each, domains[name])) ?? value
    }
    if (!["one_sided", "different"].includes(comparison(first, second, near))) return false
  }
  return true
}

/** @type {(formula: Formula) => string[]} */
const symbolsOf = (formula) =>
  isOperation(formula) ? formula.parts.flatMap(symbolsOf) : "name" in formula ? [formula.name] : []

/** @type {(first: Formula, second: Formula, domains: Domains) => "equal" | "different" | "undecided"} */
export function equivalence(first, second, domains) {
  const used = new Set([...symbolsOf(first), ...symbolsOf(second)])
  const named = Object.fromEntries(Object.entries(domains).filter(([name]) => used.has(name)))
  let [agreements, unknown] = [0, 0]
  for (const point of points(named, constantsOf(first, second))) {
    const found = comparison(first, second, point)
    if (found === "different") return "different"
    if (found === "one_sided" && differNearby(first, second, point, named)) return "different"
    if (found === "same") agreements += 1
    if (found === "unknown") unknown += 1
  }
  const enough = Object.keys(named).length ? FEWEST_AGREEMENTS : 1
  return agreements >= enough && agreements > unknown ? "equal" : "undecided"
}

/** Whether a formula certainly has a value at some points of its domain. @type {(formula: Formula, domains: Domains) => boolean} */
export function hasValues(formula, domains) {
  let missing = Object.keys(domains).length ? FEWEST_AGREEMENTS : 1
  for (const point of points(domains, constantsOf(formula))) {
    if (comparison(formula, formula, point) === "same") missing -= 1
    if (!missing) return true
  }
  return false
}
