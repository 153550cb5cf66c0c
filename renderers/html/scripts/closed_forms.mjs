/**
 * Numbers as students leave them, such as sqrt(2)/2 or e^2, worked out by the grammar of formulas;
 * the same readings as qgen's own. Pages that ask for numbers bring this along.
 * @typedef {import("./exact.mjs").Fraction} Fraction
 * @typedef {import("./numbers.mjs").Refusal} Refusal
 * @typedef {import("./numbers.mjs").TypedNumber} TypedNumber
 * @typedef {import("./formula_hooks.mjs").Formula} Formula
 * @typedef {import("./formula_values.mjs").Enclosure} Enclosure
 */
import { exactly, fraction, magnitude, minus, negative, over, plus, raised, times, ZERO } from "./exact.mjs"
import { readFormula } from "./formula_reader.mjs"
import { enclosure } from "./formula_values.mjs"
import { closedForms, refusal } from "./numbers.mjs"

const CLOSED_FORM =
  /[\][(){}^*|√π\\⁰¹²³⁴⁵⁶⁷⁸⁹]|(?<![A-Za-z])(?:exp|ln|log|sqrt|abs|sin|cos|tanh|sigmoid|pi|e)(?![A-Za-z0-9])/u
const LOGARITHM_ALONE = /(?<![A-Za-z])log(?![A-Za-z0-9]|\s*_)/iu
const HALF_A_POWER = /[0-9.]e(?![\^A-Za-z]|\*\*)/u
const KNOWN_DIGITS = 12
const HALF_A_UNIT = times(fraction(5), raised(fraction(10), -KNOWN_DIGITS))
const WIDEST = 1e-9
const LARGEST_SIZE = 300
const TOO_LARGE = "This is too large or too small to be worked out here."

/** A double as the fraction that its first digits show. @type {(value: number, digits: number) => Fraction} */
function shownFraction(value, digits) {
  const [mantissa, power] = Math.abs(value).toExponential(digits - 1).split("e")
  const size = times(exactly(mantissa), raised(fraction(10), Number(power)))
  return value < 0 ? negative(size) : size
}

/** @type {(text: string, refused: Refusal) => TypedNumber | Refusal} */
closedForms.read = (text, refused) => {
  if (!["numberNone", "numberSlashes"].includes(refused.code) || !CLOSED_FORM.test(text)) return refused
  const formula = closedForm(text, [])
  return "refused" in formula ? formula : knownNumber(enclosure(formula))
}

/** A number as a formula; what has two readings is asked back. @type {(text: string, variables: string[]) => Formula | Refusal} */
export function closedForm(text, variables) {
  if (LOGARITHM_ALONE.test(text))
    return refusal("Logarithm", "log can have base e, 10 or 2: write ln(2), log10(2) or log2(2).")
  if (HALF_A_POWER.test(text))
    return refusal("E", "It is unclear what this e is: write 5*e for Euler's number, and 5e-3 for a power of ten.")
  return readFormula(text, variables)
}

/** A value by its first digits. @type {(value: Enclosure) => TypedNumber | Refusal} */
export function knownNumber(value) {
  if (value === "none") return refusal("Valueless", "This has no value.")
  if (value === "unknown") return refusal("Extreme", TOO_LARGE)
  const { low, high, exact } = value
  const size = Math.max(Math.abs(low), Math.abs(high))
  if (size && Math.abs(Math.floor(Math.log10(size))) >= LARGEST_SIZE) return refusal("Extreme", TOO_LARGE)
  if (exact) return { value: exact, slack: ZERO }
  if (high - low > WIDEST * Math.max(1, size)) return refusal("Extreme", TOO_LARGE)
  const middle = shownFraction((low + high) / 2, KNOWN_DIGITS)
  const half = over(magnitude(minus(shownFraction(high, 17), shownFraction(low, 17))), fraction(2))
  return { value: middle, slack: plus(times(magnitude(middle), HALF_A_UNIT), half) }
}
