/**
 * Complex numbers as students type them (3-2i, 1/2 - i/3, e^(i*pi/4)), and what they earn; the same
 * readings and marks as qgen's own. Pages that ask for one bring this along.
 * @typedef {import("./exact.mjs").Fraction} Fraction
 * @typedef {import("./numbers.mjs").Refusal} Refusal
 * @typedef {import("./formula_hooks.mjs").TypedComplex} TypedComplex
 * @typedef {import("./formula_hooks.mjs").Formula} Formula
 * @typedef {import("./formula_values.mjs").Value} Value
 * @typedef {[Value, Value]} ComplexParts
 */
import { compared, double, exactly, fraction, magnitude, minus, negative, ONE, over, plus, times, ZERO } from "./exact.mjs"
import { complexNumbers } from "./formula_hooks.mjs"
import { isOperation } from "./formula_reader.mjs"
import { added, betweenDoubles, divided, interval, isZero, multiplied, NoValue, OPERATIONS, powered, TooHard } from "./formula_values.mjs"
import { closedForm, knownNumber } from "./closed_forms.mjs"
import { readAnswer, readNumber, sameSigns, stripped, tooLong } from "./numbers.mjs"
import { tenTo } from "./rules.mjs"

const UNITS = ["i", "j"]
const CAPITAL_UNIT = /(?<![A-Za-z])I(?![A-Za-z])/g
const HAS_UNIT = /(?<![A-Za-z])[ij]|[ij](?![A-Za-z])/
const IMAGINARY = /^(?<before>[^ij/^]*?)(?<factor> *[*·×⋅∙])? *[ij] *(?:\/ *(?<below>[1-9][0-9]*))?$/
/** j4, as engineers write 4j. */
const UNIT_FIRST = /^[ij] *([0-9][0-9.,eE+-]*)$/
const EXPONENT_BEHIND = /[0-9.] *[eE]$/
const NO_SEPARATOR_BEHIND = "^*·×⋅∙/({+-"
const LARGEST_POWER = 100n

/** Why a number is refused, and the name of the words in which a page says so. @type {(code: string, sentence: string) => Refusal} */
const askedBack = (code, sentence) => ({ refused: sentence, code: `complex${code}`, values: [] })

/** A function of a number that is not real. */
class RealOnly extends Error {}

/** The complex number that an answer means, or why it is refused. @type {(text: string, workedOut?: boolean) => TypedComplex | Refusal} */
function readComplex(text, workedOut = false) {
  const long = tooLong(text)
  if (long) return long
  const plain = text.replace(/[𝑖ⅈ]/gu, "i").replace(/[𝑗ⅉ]/gu, "j").replace(CAPITAL_UNIT, "i")
  if (!HAS_UNIT.test(plain)) {
    const real = readAnswer(text, workedOut)
    if (!("refused" in real)) return { real, imaginary: { value: ZERO, slack: ZERO } }
    // sqrt(-3) has a value here.
    if (real.code !== "numberValueless") return real
  }
  const byTerms = readTerms(stripped(sameSigns(plain)))
  if (byTerms) return byTerms
  if (workedOut) return /** @type {Refusal} */ (readNumber("i"))
  const formula = closedForm(plain, UNITS)
  if ("refused" in formula) return formula
  if (UNITS.every((unit) => mentions(formula, unit)))
    return askedBack("Units", "i and j both stand here: write the imaginary unit as i.")
  return complexValue(formula)
}

/** @type {(formula: Formula, name: string) => boolean} */
const mentions = (formula, name) =>
  isOperation(formula) ? formula.parts.some((part) => mentions(part, name)) : "name" in formula && formula.name === name

/** A real and an imaginary term, or one of them; null where the text is no such sum. @type {(text: string) => TypedComplex | Refusal | null} */
function readTerms(text) {
  const terms = termsOf(text)
  if (terms.length > 2) return null
  /** @type {{real: Fraction | null, imaginary: Fraction | null}} */
  const parts = { real: null, imaginary: null }
  for (const term of terms) {
    const size = stripped(term.replace(/^-/, "").replace(/^\+/, ""))
    const unit = IMAGINARY.exec(size.replace(UNIT_FIRST, "$1i"))
    const part = unit ? "imaginary" : "real"
    const number = unit ? multipleOf(term, unit) : readNumber(term)
    if (number === null) return null
    if ("refused" in number) return ["numberNone", "numberSlashes"].includes(number.code) ? null : number
    if (parts[part]) return null
    parts[part] = number
  }
  if (!parts.imaginary) return null
  return { real: { value: parts.real ?? ZERO, slack: ZERO }, imaginary: { value: parts.imaginary, slack: ZERO } }
}

/** What stands between signs that neither begin the text nor belong to an exponent. @type {(text: string) => string[]} */
function termsOf(text) {
  const cuts = [0]
  for (let place = 0; place < text.length; place += 1) {
    if (!"+-".includes(text[place])) continue
    const before = stripped(text.slice(0, place))
    if (!before || NO_SEPARATOR_BEHIND.includes(before[before.length - 1])) continue
    if (EXPONENT_BEHIND.test(before) && /^[0-9]/.test(text.slice(place + 1))) continue
    cuts.push(place)
  }
  return cuts.map((cut, index) => stripped(text.slice(cut, cuts[index + 1])))
}

/** By what the unit is multiplied; null where more than a number may stand before it. @type {(term: string, unit: RegExpExecArray) => Fraction | Refusal | null} */
function multipleOf(term, unit) {
  const before = stripped(unit.groups?.before ?? "")
  if (/^[+-]/.test(before) || before.includes("**") || (unit.groups?.factor && !before)) return null
  const number = before ? readNumber(before) : ONE
  if ("refused" in number) return number
  const size = over(number, exactly(unit.groups?.below ?? "1"))
  return term.startsWith("-") ? negative(size) : size
}

/** @type {(formula: Formula) => TypedComplex | Refusal} */
function complexValue(formula) {
  try {
    const [real, imaginary] = complexParts(formula).map((part) => knownNumber(betweenDoubles(part)))
    if ("refused" in real) return real
    return "refused" in imaginary ? imaginary : { real, imaginary }
  } catch (error) {
    if (error instanceof NoValue) return /** @type {Refusal} */ (knownNumber("none"))
    if (error instanceof TooHard) return /** @type {Refusal} */ (knownNumber("unknown"))
    if (error instanceof RealOnly)
      return askedBack("Real", "Functions but exp and abs are read of real numbers: write a + b*i.")
    throw error
  }
}

/** Real and imaginary part, each exactly or between bounds. @type {(formula: Formula) => ComplexParts} */
function complexParts(formula) {
  if (!isOperation(formula)) {
    if ("name" in formula && UNITS.includes(formula.name)) return [ZERO, ONE]
    return ["value" in formula ? exactly(formula.value) : betweenPi(), ZERO]
  }
  const values = formula.parts.map(complexParts)
  if (formula.op === "sum") return values.reduce(complexSum)
  if (formula.op === "product") return values.reduce(complexProduct)
  if (formula.op === "quotient") return complexQuotient(values[0], values[1])
  if (formula.op === "power") return complexPower(values[0], values[1])
  return complexCall(formula.op, values)
}

/** @type {() => Value} */
const betweenPi = () => multiplied({ low: Math.PI, high: Math.PI }, ONE)

/** @type {(value: Value) => Value} */
const opposite = (value) => multiplied(fraction(-1), value)

/** @type {(first: ComplexParts, second: ComplexParts) => ComplexParts} */
const complexSum = ([a, b], [c, d]) => [added(a, c), added(b, d)]

/** @type {(first: ComplexParts, second: ComplexParts) => ComplexParts} */
const complexProduct = ([a, b], [c, d]) => [
  added(multiplied(a, c), opposite(multiplied(b, d))),
  added(multiplied(a, d), multiplied(b, c)),
]

/** @type {(value: ComplexParts) => Value} */
const squaredSize = ([real, imaginary]) => added(powered(real, fraction(2)), powered(imaginary, fraction(2)))

/** @type {(first: ComplexParts, second: ComplexParts) => ComplexParts} */
function complexQuotient(first, second) {
  if (isZero(second[1])) return [divided(first[0], second[0]), divided(first[1], second[0])]
  const above = complexProduct(first, [second[0], opposite(second[1])])
  const below = squaredSize(second)
  return [divided(above[0], below), divided(above[1], below)]
}

/** @type {(base: ComplexParts, exponent: ComplexParts) => ComplexParts} */
function complexPower(base, [exponent, imaginary]) {
  if (!isZero(imaginary)) throw new RealOnly()
  if (isZero(base[1])) return [powered(base[0], exponent), ZERO]
  if (!("top" in exponent) || exponent.bottom !== 1n) throw new RealOnly()
  const size = exponent.top < 0n ? -exponent.top : exponent.top
  if (size > LARGEST_POWER) throw new TooHard()
  /** @type {ComplexParts} */
  let result = [ONE, ZERO]
  for (let left = size; left > 0n; left -= 1n) result = complexProduct(result, base)
  return exponent.top < 0n ? complexQuotient([ONE, ZERO], result) : result
}

/** @type {(name: string, values: ComplexParts[]) => ComplexParts} */
function complexCall(name, values) {
  const [real, imaginary] = values[0]
  if (name === "exp" && !isZero(imaginary)) {
    const size = OPERATIONS.exp([real])
    return [multiplied(size, OPERATIONS.cos([imaginary])), multiplied(size, OPERATIONS.sin([imaginary]))]
  }
  if (name === "abs" && !isZero(imaginary)) return [OPERATIONS.sqrt([squaredSize(values[0])]), ZERO]
  if (values.some((each) => !isZero(each[1]))) throw new RealOnly()
  if (name === "sqrt" && interval(real).high < 0) return [ZERO, OPERATIONS.sqrt([opposite(real)])]
  return [OPERATIONS[name](values.map((each) => each[0])), ZERO]
}

/** The square of the distance up to which a number is accepted. @type {(key: Fraction[], kind: string, amount: Fraction) => Fraction} */
function squaredReach([real, imaginary], kind, amount) {
  const size = plus(times(real, real), times(imaginary, imaginary))
  if (kind === "absolute") return times(amount, amount)
  if (kind === "relative") return times(times(amount, amount), size)
  if (!size.top) return ZERO
  let exponent = Math.floor((size.top.toString().length - size.bottom.toString().length) / 2)
  while (compared(tenTo(2 * exponent), size) > 0) exponent -= 1
  while (compared(tenTo(2 * exponent + 2), size) <= 0) exponent += 1
  return over(tenTo(2 * (exponent - Number(amount.top) + 1)), fraction(4))
}

/** The square of the least distance at which what is given may lie. @type {(key: Fraction[], given: TypedComplex) => Fraction} */
function squaredDistance([real, imaginary], given) {
  /** @type {(from: Fraction, to: {value: Fraction, slack: Fraction}) => Fraction} */
  const apart = (from, { value, slack }) => {
    const found = minus(magnitude(minus(value, from)), slack)
    return found.top < 0n ? ZERO : times(found, found)
  }
  return plus(apart(real, given.real), apart(imaginary, given.imaginary))
}

complexNumbers.read = readComplex

complexNumbers.mark = ({ value, mistakes, tolerance: [kind, amount] }, given) => {
  /** @type {(texts: string[]) => {near: boolean, away: Fraction}} */
  const seen = (texts) => {
    const key = texts.map(exactly)
    const away = squaredDistance(key, given)
    return { near: compared(away, squaredReach(key, kind, exactly(amount))) <= 0, away }
  }
  if (seen(value).near) return { credit: ONE, mistake: null }
  const known = mistakes.map(seen)
  /** @type {number | null} */
  let nearest = null
  known.forEach(({ near, away }, index) => {
    if (near && (nearest === null || compared(away, known[nearest].away) < 0)) nearest = index
  })
  return { credit: ZERO, mistake: nearest }
}

/** A part as it is shown: what may be zero is zero, and no rounding. @type {(part: {value: Fraction, slack: Fraction}) => Fraction} */
const withoutRounding = ({ value, slack }) => (compared(magnitude(value), slack) <= 0 ? ZERO : value)

complexNumbers.shown = (read) => {
  const [real, imaginary] = [withoutRounding(read.real), withoutRounding(read.imaginary)]
  /** @type {(number: Fraction) => string} */
  const digits = (number) => `${Number(double(number).toPrecision(6))}`
  const size = digits(magnitude(imaginary))
  const unit = size === "1" ? "i" : `${size}i`
  if (!imaginary.top) return digits(real)
  const isNegative = imaginary.top < 0n
  if (!real.top) return `${isNegative ? "-" : ""}${unit}`
  return `${digits(real)} ${isNegative ? "-" : "+"} ${unit}`
}
