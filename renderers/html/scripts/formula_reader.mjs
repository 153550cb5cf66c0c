/**
 * Formulas as students type them, read into a tree or refused with a sentence; the same grammar as
 * qgen's own reader. Where mathematicians would disagree (`1/2x`, `x^2y`) it refuses.
 * @typedef {import("./formula_words.mjs").Token} Token
 * @typedef {import("./numbers.mjs").Refusal} Refusal
 * @typedef {import("./formula_hooks.mjs").Formula} Formula
 * @typedef {import("./formula_hooks.mjs").Operation} Operation
 */
import { exactly, written } from "./exact.mjs"
import { FUNCTIONS, LOGARITHM, namesResolved } from "./formula_names.mjs"
import { formulaWords, unread } from "./formula_words.mjs"

const DEEPEST = 20
const LONGEST_DIGITS = 30
const MOST_ARGUMENTS = 20
/** @type {Record<string, string>} */
const PARTNER = { "(": ")", "[": "]", "{": "}" }
const COMMA = "write decimals with a point, as in 0.5"

/** @type {(value: string) => Formula} */
const number = (value) => ({ op: "number", value })

/** @type {(op: string, ...parts: Formula[]) => Formula} */
export const operation = (op, ...parts) => ({ op, parts })

const EULER = operation("exp", number("1"))

/** @type {(formula: Formula) => formula is Operation} */
export const isOperation = (formula) => "parts" in formula

class Unreadable extends Error {
  /** @param {Parameters<typeof unread>} told */
  constructor(...told) {
    super(told[0])
    this.refusal = unread(...told)
  }
}

/** The formula that a text means in the given variables, or why it is refused. @type {(text: string, variables: string[]) => Formula | Refusal} */
export function readFormula(text, variables) {
  const tokens = formulaWords(text)
  if ("refused" in tokens) return tokens
  if (tokens.length === 1) return unread("Empty", "Nothing was typed: write a formula.")
  const words = namesResolved(tokens, variables)
  if ("refused" in words) return words
  try {
    return new Parser(words).whole()
  } catch (error) {
    if (error instanceof Unreadable) return error.refusal
    throw error
  }
}

class Parser {
  /** @param {Token[]} tokens */
  constructor(tokens) {
    this.tokens = tokens
    this.index = 0
    this.depth = 0
    this.inBars = false
  }

  get here() {
    return this.tokens[this.index]
  }

  take() {
    const token = this.here
    this.index += 1
    return token
  }

  /** @param {...string} operators */
  at(...operators) {
    return this.here.kind === "operator" && operators.includes(this.here.text)
  }

  whole() {
    const formula = this.sum()
    const token = this.here
    if (["close", "bar"].includes(token.kind))
      throw new Unreadable("Closes", "The bracket at character {} closes nothing.", token.position, token.position)
    if (token.kind !== "end") throw this.unexpected()
    return formula
  }

  unexpected() {
    const { kind, text, position } = this.here
    if (kind === "end")
      return new Unreadable("Ends", "The formula ends too early: something is missing at its end.", position)
    if (text === ",")
      return new Unreadable("Comma", `The comma at character {} is unclear: ${COMMA}.`, position, position)
    return new Unreadable("Missing", "Something is missing before character {}.", position, position)
  }

  /** @returns {Formula} */
  sum() {
    const terms = [this.term(this.signs())]
    while (this.at("+", "-")) terms.push(this.term(this.signs()))
    return terms.length === 1 ? terms[0] : operation("sum", ...terms)
  }

  /** Takes any number of signs; true if they make a minus. */
  signs() {
    let isNegative = false
    while (this.at("+", "-")) isNegative = isNegative !== (this.take().text === "-")
    return isNegative
  }

  /** @param {boolean} isNegative @returns {Formula} */
  term(isNegative) {
    const above = signedFactors(isNegative, this.power())
    /** @type {Formula[]} */
    const below = []
    let divided = false
    for (;;) {
      if (this.at("*", "/")) {
        divided = this.take().text === "/"
        const factors = signedFactors(this.signs(), this.power())
        ;(divided ? below : above).push(...factors)
      } else if (this.startsFactor()) {
        this.checkUnsignedProduct(divided)
        above.push(this.power())
      } else break
    }
    const top = product(above)
    return below.length ? operation("quotient", top, product(below)) : top
  }

  /** @param {boolean} divided */
  checkUnsignedProduct(divided) {
    const { kind, position } = this.here
    if (divided)
      throw new Unreadable(
        "Divisor",
        "It is unclear whether character {} still belongs to the divisor: " +
          "write 1/(2x) or (1/2)x instead of 1/2x.",
        position,
        position,
      )
    if (kind === "number")
      throw new Unreadable("Sign", "A sign is missing before the number at character {}.", position, position)
  }

  startsFactor() {
    const { kind, text } = this.here
    if (["number", "variable", "function", "constant", "open", "fraction"].includes(kind)) return true
    if (kind === "bar") return text === "|(" || (text === "|" && !this.inBars)
    return this.at("√")
  }

  /** @returns {Formula} */
  power() {
    this.depth += 1
    if (this.depth > DEEPEST)
      throw new Unreadable("Deep", "This formula is nested too deeply: write it more simply.")
    let base = this.primary()
    for (;;) {
      if (this.here.kind === "raised") {
        base = operation("power", base, number(BigInt(digits(this.take())).toString()))
      } else if (this.at("^")) {
        this.take()
        const exponent = product(signedFactors(this.signs(), this.power()))
        this.checkEndOfExponent()
        base = isEuler(base) ? operation("exp", exponent) : operation("power", base, exponent)
      } else break
    }
    this.depth -= 1
    return base
  }

  /** Refuses `x^2y` and `e^2x`, where the exponent may go on; `x^2(y+1)` is clear. */
  checkEndOfExponent() {
    const last = this.tokens[this.index - 1]
    const token = this.here
    if (token.spaced || !this.startsFactor() || ["close", "bar", "raised"].includes(last.kind)) return
    if (!(last.kind === "number" && token.kind === "open"))
      throw new Unreadable(
        "Exponent",
        "It is unclear whether character {} still belongs to the exponent: " +
          "write x^(2y) or x^2*y instead of x^2y.",
        token.position,
        token.position,
      )
  }

  /** @returns {Formula} */
  primary() {
    const token = this.here
    if (token.kind === "function" || this.at("√")) return this.applied(this.take())
    switch (token.kind) {
      case "number":
        return number(written(exactly(digits(this.take()))))
      case "variable":
        return { op: "symbol", name: this.take().text }
      case "constant":
        return this.take().text === "e" ? EULER : { op: "symbol", name: "pi" }
      case "open":
        return this.bracketed(1)[0]
      case "fraction":
        this.take()
        return operation("quotient", this.braced(), this.braced())
      case "bar":
        if (token.text !== "|)") return this.bars()
    }
    throw this.unexpected()
  }

  /** One bracket of a fraction. */
  braced() {
    if (this.here.text !== "{")
      throw new Unreadable("Fraction", "Write a fraction as \\frac{1}{2}, with both brackets.", this.here.position)
    return this.bracketed(1)[0]
  }

  /** At most so many formulas between brackets, with commas between them. @param {number} most */
  bracketed(most) {
    const [opening, outer] = [this.take(), this.inBars]
    this.inBars = false
    const entries = [this.sum()]
    let tight = false
    while (this.at(",") && entries.length < most) {
      const [before, after] = [this.tokens[this.index - 1], this.tokens[this.index + 1]]
      tight ||= before.kind === "number" && after.kind === "number" && !after.spaced
      this.take()
      entries.push(this.sum())
    }
    if (tight && entries.length > 2) throw new Unreadable("Blank", `Put a blank after each comma, and ${COMMA}.`)
    this.close(opening)
    this.inBars = outer
    return entries
  }

  bars() {
    const [opening, outer] = [this.take(), this.inBars]
    this.inBars = true
    const inner = this.sum()
    this.close(opening)
    this.inBars = outer
    return operation("abs", inner)
  }

  /** @param {Token} opening */
  close(opening) {
    const closers = opening.kind === "bar" ? ["|", "|)"] : [PARTNER[opening.text]]
    if (closers.includes(this.here.text)) this.take()
    else if (["end", "close", "bar"].includes(this.here.kind))
      throw new Unreadable("Open", "The bracket at character {} is not closed.", opening.position, opening.position)
    else throw this.unexpected()
  }

  /** @param {Token} word */
  applied(word) {
    const name = word.text === "√" ? "sqrt" : word.text
    if (this.at("^") || this.here.kind === "raised")
      throw new Unreadable("Raised", "Write the power of a function as ({}(x))^2.", this.here.position, name)
    const isRoot = this.here.text === "["
    if (this.here.kind !== "open") return call(name, [this.bareArgument(name)])
    const parts = this.bracketed(MOST_ARGUMENTS)
    if (isRoot && this.here.text === "{")
      throw new Unreadable("Root", "Write a root as a power, as in x^(1/3).", word.position)
    return call(name, parts)
  }

  /** The argument of a function without brackets: one factor, and nothing behind it. @param {string} name */
  bareArgument(name) {
    const start = this.here.position
    if (!this.startsFactor())
      throw new Unreadable("Brackets", "Write brackets around what {} is taken of: {}(x).", start, name, name)
    const argument = this.power()
    const isClosed = ["close", "bar"].includes(this.tokens[this.index - 1].kind)
    if (!isClosed && (this.startsFactor() || this.at("*", "/")))
      throw new Unreadable(
        "Argument",
        "It is unclear where the argument of {} ends: write brackets, {}(x).",
        start,
        name,
        name,
      )
    return argument
  }
}

/** @type {(formula: Formula) => boolean} */
function isEuler(formula) {
  if (!isOperation(formula) || formula.op !== "exp") return false
  const [argument] = formula.parts
  return argument.op === "number" && "value" in argument && argument.value === "1"
}

/** The factors of a formula with its sign. @type {(isNegative: boolean, factor: Formula) => Formula[]} */
function signedFactors(isNegative, factor) {
  if (!isNegative) return [factor]
  if (!("value" in factor)) return [number("-1"), factor]
  const turned = factor.value.startsWith("-") ? factor.value.slice(1) : `-${factor.value}`
  return [number(turned === "-0" ? "0" : turned)]
}

/** @type {(factors: Formula[]) => Formula} */
const product = (factors) => (factors.length === 1 ? factors[0] : operation("product", ...factors))

/** @type {(token: Token) => string} */
function digits(token) {
  if (token.text.length > LONGEST_DIGITS)
    throw new Unreadable("Digits", "The number at character {} is too long.", token.position, token.position)
  return token.text
}

/** @type {(name: string, parts: Formula[]) => Formula} */
function call(name, parts) {
  const logarithm = LOGARITHM.exec(name)
  const known = logarithm ? "ln" : FUNCTIONS.get(name) ?? ""
  if (known === "max" || known === "min") {
    if (parts.length < 2)
      throw new Unreadable("Two", "{} needs at least two arguments, as in {}(0, x).", undefined, name, name)
  } else if (parts.length > 1) throw new Unreadable("One", `{} has one argument; ${COMMA}.`, undefined, name)
  if (!logarithm) return operation(known, ...parts)
  if (logarithm[1] === "1") throw new Unreadable("Base", "There is no logarithm with base one.")
  return operation("quotient", operation("ln", ...parts), operation("ln", number(logarithm[1])))
}
