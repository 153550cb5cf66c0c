/**
 * Formulas that may differ from the key by an additive constant or by a nonzero factor: both are
 * compared with their own value at one point taken away, or divided out, as qgen does it.
 * @typedef {import("./exact.mjs").Fraction} Fraction
 * @typedef {import("./formula_hooks.mjs").Formula} Formula
 * @typedef {import("./formula_hooks.mjs").Domains} Domains
 * @typedef {import("./formula_hooks.mjs").Freedom} Freedom
 * @typedef {"equal" | "different" | "undecided"} Verdict
 */
import { exactly, written } from "./exact.mjs"
import { NOTHING } from "./formula_constants.mjs"
import { equivalence } from "./formula_equivalence.mjs"
import { isOperation, operation } from "./formula_reader.mjs"
import { sizeOf } from "./formula_values.mjs"

const CLEARLY_NOT_ZERO = 1e-6
const FREE_PLACES = "1 2 1/2 3 7/5".split(" ").map(exactly)
/** @type {Record<string, Fraction[]>} */
const PLACES_OF = {
  real: "1 2 1/2 -1 3 7/5".split(" ").map(exactly),
  positive: FREE_PLACES,
  nonnegative: FREE_PLACES,
  probability: "1/2 1/3 2/3 1/5".split(" ").map(exactly),
}
/** @type {Formula} */
const MINUS_ONE = { op: "number", value: "-1" }

/** @type {(domains: Domains) => Generator<Record<string, Fraction>>} */
function* freePlaces(domains) {
  for (let start = 0; start < 6; start += 1)
    yield Object.fromEntries(
      Object.entries(domains).map(([name, domain], index) => {
        const values = PLACES_OF[domain]
        return [name, values[(start + index) % values.length]]
      }),
    )
}

/** @type {(formula: Formula, place: Record<string, Fraction>) => Formula} */
function filledAt(formula, place) {
  if (isOperation(formula)) return operation(formula.op, ...formula.parts.map((part) => filledAt(part, place)))
  return "name" in formula && formula.name in place ? { op: "number", value: written(place[formula.name]) } : formula
}

/** @type {(formula: Formula, freedom: Freedom, here: Formula) => Formula} */
const pinned = (formula, freedom, here) =>
  freedom === "constant" ? operation("sum", formula, operation("product", MINUS_ONE, here)) : operation("quotient", formula, here)

/** Whether two formulas are equal, or differ by no more than an allowed constant or factor. @type {(given: Formula, key: Formula, domains: Domains, freedom: Freedom | undefined) => Verdict} */
export function freelyEquivalent(given, key, domains, freedom) {
  if (!freedom) return equivalence(given, key, domains)
  for (const place of freePlaces(domains)) {
    const [here, there] = [filledAt(given, place), filledAt(key, place)]
    const [size, keySize] = [sizeOf(here), sizeOf(there)]
    if (size === null || keySize === null || (freedom === "factor" && keySize <= CLEARLY_NOT_ZERO)) continue
    if (freedom === "factor" && size <= CLEARLY_NOT_ZERO)
      // The key is not zero there, and no multiple of it is.
      return equivalence(here, NOTHING, {}) === "equal" ? "different" : "undecided"
    return equivalence(pinned(given, freedom, here), pinned(key, freedom, there), domains)
  }
  return equivalence(given, key, domains)
}
