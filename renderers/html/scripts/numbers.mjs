/**
 * Numbers as students type them, read exactly or refused with a sentence; never guessed. The same
 * readings as qgen's own reader.
 * @typedef {import("./exact.mjs").Fraction} Fraction
 * @typedef {{refused: string, position?: number, code: string, values: (string | number)[]}} Refusal
 * @typedef {{value: Fraction, slack: Fraction}} TypedNumber A number as it was typed; what it stands for lies at most `slack` from `value`.
 */
import { fraction, exactly, negative, over, raised, times, ZERO } from "./exact.mjs"

const LONGEST = 100
const LARGEST_EXPONENT = 300
const NO_NUMBER = "This is not a number: write only a number such as -2, 0.5, 1/3 or 5e-3."
const GROUPS =
  "The separators in this number are unclear: write it with a decimal point only, as in 1234.5."
const POWER_OF_TEN =
  /^(?<mantissa>[^\n]*?)(?:[eE](?<plain>[+-]?[0-9]+)|(?:(?:^|(?<=[^\s])\s*(?<times>[*·×⋅∙xX]|\\cdot|\\times)\s*)10\s*(?:(?:\^|\*\*)\s*(?:(?<bare>[+-]?[0-9]+)|\(\s*(?<round>[+-]?[0-9]+)\s*\)|\{\s*(?<curly>[+-]?[0-9]+)\s*\})|(?<raised>[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+))))$/
const PLAIN_NUMBER = /^(?:[0-9]+\.?[0-9]*|\.[0-9]+)$/
/** @type {[string, string, RegExp][]} */
const GROUPED = [
  [",", ".", /^[1-9][0-9]{0,2}(?:,[0-9]{3})+$/],
  [".", ",", /^[1-9][0-9]{0,2}(?:\.[0-9]{3})+$/],
  [" ", ".,", /^[1-9][0-9]{0,2}(?: [0-9]{3})+$/],
  ["'", ".,", /^[1-9][0-9]{0,2}(?:'[0-9]{3})+$/],
]
const RAISED_SIGNS = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻"
// White space as Python has it, which knows four separators more and one mark less than \s.
const SPACE = "[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]"
const OUTER_SPACE = new RegExp(`^${SPACE}+|${SPACE}+$`, "g")
export const INNER_SPACE = new RegExp(`${SPACE}+`, "g")

/** @type {(text: string) => string} */
export const stripped = (text) => text.replace(OUTER_SPACE, "")

/** @type {(text: string) => number} */
const characters = (text) => [...text].length

/** Why a number is refused, and the name of the words in which a page says so. @type {(code: string, sentence: string, ...values: (string | number)[]) => Refusal} */
export const refusal = (code, sentence, ...values) => ({ refused: sentence, code: `number${code}`, values })

/** Reads what is no plain number, where `closed_forms` is there. @type {{read: (text: string, refused: Refusal) => TypedNumber | Refusal}} */
export const closedForms = { read: (_, refused) => refused }

/** The number that an answer means, worked out unless it must be `workedOut` already, or why it is refused. @type {(text: string, workedOut?: boolean) => TypedNumber | Refusal} */
export function readAnswer(text, workedOut = false) {
  const read = readNumber(text)
  if (!("refused" in read)) return { value: read, slack: ZERO }
  return workedOut ? read : closedForms.read(text, read)
}

/** Why a text is too long for a number, if it is. @type {(text: string) => Refusal | null} */
export function tooLong(text) {
  const fits = characters(text) <= 4 * LONGEST && characters(stripped(text)) <= LONGEST
  return fits ? null : refusal("Long", `A number has at most ${LONGEST} characters here.`, LONGEST)
}

/** Signs and blanks in one spelling each. @type {(text: string) => string} */
export const sameSigns = (text) =>
  text
    .replace(/[\u2212\u2013\ufe63\uff0d]/g, "-")
    .replace(/[\u00a0\u2007\u2009\u202f]/g, " ")
    .replace(/’/g, "'")

/** The exact number that a text means, or why it is refused. @type {(text: string) => Fraction | Refusal} */
export function readNumber(text) {
  const long = tooLong(text)
  if (long) return long
  const plain = stripped(sameSigns(text))
  if (!plain) return refusal("None", "Nothing was typed: write a number such as 0.5, 1/3 or 5e-3.")
  if (/\p{Nd}/u.test(plain.replace(/[0-9]/g, "")))
    return refusal("Digits", "Write the number with the digits 0 to 9.")
  const bare = stripped(plain.replace(/^[+-]+/, "")).toLowerCase()
  if (["inf", "infinity", "∞", "nan"].includes(bare))
    return refusal("Infinite", "The answer is a finite number: write one such as -2, 0.5, 1/3 or 5e-3.")
  const isPercent = plain.endsWith("%")
  const [top, ...bottoms] = (isPercent ? plain.slice(0, -1) : plain).split("/")
  if (bottoms.length > 1) return refusal("Slashes", "A fraction has one slash: write it as 1/3.")
  let value = signedNumber(top)
  if ("refused" in value) return value
  if (bottoms.length) {
    const divisor = signedNumber(bottoms[0])
    if (POWER_OF_TEN.exec(stripped(bottoms[0]))?.groups?.times)
      return refusal("Division", "It is unclear what is divided here: write a plain fraction, as in 100/3.")
    if ("refused" in divisor) return divisor
    if (!divisor.top) return refusal("Zero", "This divides by zero, which gives no number.")
    value = over(value, divisor)
  }
  return isPercent ? over(value, fraction(100)) : value
}

/** @type {(text: string) => Fraction | Refusal} */
function signedNumber(text) {
  const plain = stripped(text)
  const value = withExponent(/^[+-]/.test(plain) ? stripped(plain.slice(1)) : plain)
  return "refused" in value || !plain.startsWith("-") ? value : negative(value)
}

/** @type {(text: string) => Fraction | Refusal} */
function withExponent(text) {
  const found = POWER_OF_TEN.exec(text)?.groups
  if (!found) return plainNumber(text)
  // A power of ten on its own, as in 10^-3, has the mantissa one.
  const mantissa = plainNumber(stripped(found.mantissa) || (found.plain ? "" : "1"))
  if ("refused" in mantissa) return mantissa
  const signs = (found.raised ?? "").replace(/./g, (sign) => "0123456789+-"[RAISED_SIGNS.indexOf(sign)])
  const exponent = Number(found.plain ?? found.bare ?? found.round ?? found.curly ?? signs)
  if (Math.abs(exponent) > LARGEST_EXPONENT)
    return refusal(
      "Power",
      `The power of ten must lie between -${LARGEST_EXPONENT} and ${LARGEST_EXPONENT}.`,
      LARGEST_EXPONENT,
      LARGEST_EXPONENT,
    )
  return times(mantissa, raised(fraction(10), exponent))
}

/** The number behind digits, points, commas, blanks and apostrophes. @type {(text: string) => Fraction | Refusal} */
function plainNumber(text) {
  if (PLAIN_NUMBER.test(text)) return exactly(text.startsWith(".") ? `0${text}` : text)
  if (!/^[0-9.,' ]*[0-9][0-9.,' ]*$/.test(text)) return refusal("None", NO_NUMBER)
  for (const [separator, marks, grouped] of GROUPED) {
    const mark = [...marks].find((each) => text.includes(each))
    const cut = mark === undefined ? text.length : text.indexOf(mark)
    const [whole, places] = [text.slice(0, cut), text.slice(cut + 1)]
    if (!grouped.test(whole) || (mark !== undefined && !/^[0-9]+$/.test(places))) continue
    const digits = whole.replace(/[^0-9]/g, "")
    if (separator === "," && mark === undefined && whole.split(",").length === 2) {
      const point = whole.replace(",", ".")
      const sentence = `${whole} can mean ${digits} or ${point}: write ${digits} or ${point}.`
      return refusal("Ambiguous", sentence, whole, digits, point, digits, point)
    }
    return exactly(`${digits}.${places || 0}`)
  }
  if (/^[0-9]*,[0-9]+$/.test(text)) return exactly(`0${text.replace(",", ".")}`)
  return refusal("Groups", GROUPS)
}
