/**
 * The words of a typed formula: numbers, names, operators and brackets, with their positions. The
 * same words as qgen's own reader has; nothing is evaluated.
 * @typedef {import("./numbers.mjs").Refusal} Refusal
 * @typedef {{kind: string, text: string, position: number, spaced: boolean}} Token
 */

const LONGEST_FORMULA = 1000
export const GREEK = new Set(
  ("alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau " +
    "upsilon phi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega").split(" "),
)
const LETTERS = "αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΥΦΨΩϵϑϕϱςµ"
const LETTER_NAMES = [...GREEK, "epsilon", "theta", "phi", "rho", "sigma", "mu"]
/** @type {Map<string, string>} */
const NAME_OF_LETTER = new Map([...LETTERS].map((letter, index) => [letter, LETTER_NAMES[index]]))
/** @type {Map<string, string>} The first letter of each name. */
export const LETTER_OF_NAME = new Map([...NAME_OF_LETTER].reverse().map(([letter, name]) => [name, letter]))
const VARIANTS = new Map("epsilon theta phi rho sigma pi".split(" ").map((name) => [`var${name}`, name]))
const SIGNS = new Map([..."+-−–*∗·⋅∙×/÷∕^,√"].map((sign, index) => [sign, "+---******///^,√"[index]]))
const SIGN_COMMANDS = new Map([["cdot", "*"], ["times", "*"], ["ast", "*"], ["div", "/"]])
const BARS = new Map([["lvert", "|("], ["rvert", "|)"], ["vert", "|"], ["mid", "|"], ["|", "|"]])
const FUNCTION_COMMANDS = new Set("exp ln log sqrt sin cos tanh max min abs sigmoid".split(" "))
const BLANKS = new Set(
  "left right big Big bigl bigr Bigl Bigr quad qquad displaystyle limits , ; : !".split(" "),
)
const FONTS = "operatorname|mathrm|mathit|mathbf|mathsf|text|textit|boldsymbol|bm|vec"
const COMMANDS = [...GREEK, ...VARIANTS.keys()].sort().join("|")
const WORD = new RegExp(
  [
    "(?<blank>[\\s~$\\u200b\\ufeff]+|\\\\[ ])",
    "(?<number>[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)",
    "(?<raised>⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)",
    `(?:\\\\(?:${FONTS})\\s*\\{\\s*(?<worded>[A-Za-z]+)\\s*\\}` +
      `|(?<word>[A-Za-z]+)|(?<letter>[${LETTERS}])|\\\\(?<greek>${COMMANDS})(?![A-Za-z])` +
      "|\\\\(?<function>log)(?=_))" +
      "(?<index>[0-9]*(?:[₀-₉]+" +
      `|_\\s*(?:\\{[^{}]{0,40}\\}|[0-9]+|[A-Za-z]+|[${LETTERS}]|\\\\(?:${COMMANDS})))*)`,
    "(?<power>\\*\\*)",
    "(?<opening>\\\\(?:left|[bB]igg?l)\\s*(?:\\||\\\\l?vert(?![A-Za-z])))",
    "(?<closing>\\\\(?:right|[bB]igg?r)\\s*(?:\\||\\\\r?vert(?![A-Za-z])))",
    "\\\\(?<command>[A-Za-z]+|[^A-Za-z])",
    "(?<other>.)",
  ].join("|"),
  "suy",
)
const SCIENTIFIC = /[eE]([+\-−]?[0-9]+)/uy

/**
 * Why a formula is refused: the name of the words in which a page says so, what they are in English
 * with `{}` for each value, and where the mistake is.
 * @type {(code: string, sentence: string, position?: number, ...values: (string | number)[]) => Refusal}
 */
export const unread = (code, sentence, position, ...values) => {
  const rest = [...values]
  const refused = sentence.replace(/\{\}/g, () => String(rest.shift()))
  return { refused, position, code: `formula${code}`, values }
}

/** The words with an `end` behind them, or why they cannot be read. @type {(text: string) => Token[] | Refusal} */
export function formulaWords(text) {
  if ([...text].length > LONGEST_FORMULA)
    return unread("Long", "A formula has at most {} characters here.", undefined, LONGEST_FORMULA)
  /** @type {Token[]} */
  const tokens = []
  let spaced = false
  let start = 0
  while (start < text.length) {
    const position = [...text.slice(0, start)].length + 1
    WORD.lastIndex = start
    const match = WORD.exec(text)
    if (!match) return notUnderstood(text.slice(start), position)
    const found = match.groups ?? {}
    start = WORD.lastIndex
    if (found.blank || BLANKS.has(found.command)) {
      spaced = true
      continue
    }
    SCIENTIFIC.lastIndex = start
    const exponent = found.number && SCIENTIFIC.exec(text)
    if (exponent)
      return unread(
        "Power",
        "{} (character {}) is unclear: write {}*10^({}), or put a * before the e.",
        position,
        found.number + exponent[0],
        position,
        found.number,
        exponent[1],
      )
    const token = tokenOf(match[0], found, position, spaced)
    if ("refused" in token) return token
    tokens.push(token)
    spaced = false
  }
  return [...tokens, { kind: "end", text: "", position: [...text].length + 1, spaced }]
}

/** @type {(whole: string, found: Record<string, string>, position: number, spaced: boolean) => Token | Refusal} */
function tokenOf(whole, found, position, spaced) {
  /** @type {(kind: string, text: string) => Token} */
  const token = (kind, text) => ({ kind, text, position, spaced })
  if (found.number) return token("number", found.number)
  if (found.raised)
    return token("raised", found.raised.replace(/./gu, (sign) => "0123456789-"["⁰¹²³⁴⁵⁶⁷⁸⁹⁻".indexOf(sign)]))
  if (found.index !== undefined) return token("name", nameOf(found))
  if (found.power) return token("operator", "^")
  if (found.opening) return token("bar", "|(")
  if (found.closing) return token("bar", "|)")
  if (found.command) return commandOf(found.command, token, position)
  const sign = SIGNS.get(whole)
  if (sign) return token("operator", sign)
  if ("([{".includes(whole)) return token("open", whole)
  if (")]}".includes(whole)) return token("close", whole)
  return whole === "|" ? token("bar", "|") : notUnderstood(whole, position)
}

/** @type {(found: Record<string, string>) => string} */
function nameOf(found) {
  const greek = found.greek && (VARIANTS.get(found.greek) ?? found.greek)
  const stem =
    found.worded || found.word || found.function || greek || NAME_OF_LETTER.get(found.letter) || ""
  const index = found.index
    .replace(/[₀-₉]/gu, (digit) => `_${"₀₁₂₃₄₅₆₇₈₉".indexOf(digit)}`)
    .replace(/[{}\s,\\]/gu, "")
  return stem + [...index].map((char) => NAME_OF_LETTER.get(char) ?? char).join("")
}

/** @type {(name: string, token: (kind: string, text: string) => Token, position: number) => Token | Refusal} */
function commandOf(name, token, position) {
  const sign = SIGN_COMMANDS.get(name)
  if (sign) return token("operator", sign)
  const bar = BARS.get(name)
  if (bar) return token("bar", bar)
  if (["frac", "dfrac", "tfrac"].includes(name)) return token("fraction", "frac")
  if (FUNCTION_COMMANDS.has(name)) return token("name", `\\${name}`)
  if (name === "{" || name === "}") return token(name === "{" ? "open" : "close", name)
  return notUnderstood(`\\${name}`, position)
}

/** @type {(written: string, position: number) => Refusal} */
function notUnderstood(written, position) {
  if (["=", "≈"].includes(written))
    return unread("Equals", "Write only the formula itself, without an equals sign.", position)
  if (["<", ">", "≤", "≥"].includes(written))
    return unread("Inequality", "Write a formula, not an inequality.", position)
  const code = (written.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")
  const shown = /[\p{C}\p{Z}]/u.test(written.replaceAll(" ", "")) ? `U+${code}` : written
  return unread("Strange", "“{}” (character {}) is not understood here.", position, shown, position)
}
