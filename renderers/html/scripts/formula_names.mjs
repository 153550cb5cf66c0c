/**
 * What the names in a typed formula stand for: the question's variables, functions, constants.
 * @typedef {import("./formula_words.mjs").Token} Token
 * @typedef {import("./numbers.mjs").Refusal} Refusal
 */
import { GREEK, unread } from "./formula_words.mjs"

export const FUNCTIONS = new Map(
  "exp ln log sqrt abs sin cos tanh sigmoid max min"
    .split(" ")
    .map((name) => [name, name === "log" ? "ln" : name]),
)
export const LOGARITHM = /^log_?([1-9][0-9]{0,3})$/
const LONGEST_RUN = 40

/** @type {(name: string) => string} */
const loose = (name) => name.replaceAll("_", "")

/**
 * The tokens with every name turned into a variable, function or constant. A name that splits in
 * exactly one way into variables (`xy`) becomes several tokens; anything else is refused.
 * @type {(tokens: Token[], variables: string[]) => Token[] | Refusal}
 */
export function namesResolved(tokens, variables) {
  /** @type {Token[]} */
  const resolved = []
  for (const [index, token] of tokens.entries()) {
    if (token.kind !== "name") {
      resolved.push(token)
      continue
    }
    const following = tokens[index + 1]
    let known = knownName(token, following, variables)
    if (!known.length) known = splitName(token, following, variables)
    if (!known.length) return unknownName(token, variables)
    resolved.push(...known)
  }
  return resolved
}

/** @type {(token: Token, following: Token, variables: string[]) => Token[]} */
function knownName(token, following, variables) {
  const name = token.text
  if (variables.includes(name)) return [{ ...token, kind: "variable" }]
  const alike = variables.filter((variable) => loose(variable) === loose(name))
  if (alike.length === 1) return [{ ...token, kind: "variable", text: alike[0] }]
  if (name === "sigma" && following.kind === "open")
    return [{ ...token, kind: "function", text: "sigmoid" }]
  const plain = name.replace(/^\\/, "").toLowerCase()
  if (FUNCTIONS.has(plain) || LOGARITHM.test(plain))
    return [{ ...token, kind: "function", text: plain }]
  return name === "e" || name === "pi" ? [{ ...token, kind: "constant" }] : []
}

/** @type {(token: Token, following: Token, variables: string[]) => Token[]} */
function splitName(token, following, variables) {
  const name = token.text
  if (GREEK.has(name) || name.length > LONGEST_RUN) return []
  /** @type {Map<string, string>} */
  const parts = new Map()
  for (const word of variables)
    if (variables.filter((other) => loose(other) === loose(word)).length === 1)
      parts.set(loose(word), word)
  if (!parts.has("pi")) parts.set("pi", "pi")
  // An index belongs to the last variable: x_ab is never x*a*b.
  const stem = name.includes("_") ? name.indexOf("_") : name.length
  let ways = waysToCut(loose(name), parts, stem)
  if (!ways.length && name.endsWith("e") && following.text === "^")
    ways = waysToCut(name.slice(0, -1), parts, stem).map((way) => [...way, "e"])
  if (ways.length !== 1) return []
  return ways[0].map((word, index) => ({
    kind: variables.includes(word) ? "variable" : "constant",
    text: word,
    position: token.position,
    spaced: token.spaced && index === 0,
  }))
}

/** At most two ways to cut a text into parts. @type {(text: string, parts: Map<string, string>, stem: number) => string[][]} */
function waysToCut(text, parts, stem) {
  /** @type {string[][][]} */
  const ways = [[[]], ...Array.from(text, () => [])]
  for (let end = 1; end <= text.length; end += 1) {
    for (const [part, variable] of parts) {
      const start = end - part.length
      if (start >= 0 && text.startsWith(part, start) && (end <= stem || start < stem))
        ways[end].push(...ways[start].map((way) => [...way, variable]))
    }
    ways[end] = ways[end].slice(0, 2)
  }
  return ways[text.length]
}

/** @type {(token: Token, variables: string[]) => Refusal} */
function unknownName(token, variables) {
  const name = token.text.replace(/^\\/, "")
  const listed = [...variables].sort().slice(0, 12).join(", ")
  const shown = name.length <= 30 ? name : `${name.slice(0, 30)}…`
  const unknown = "The name “{}” (character {}) is unknown."
  const { position } = token
  return listed
    ? unread("Unlisted", `${unknown} The variables are {}.`, position, shown, position, listed)
    : unread("Unknown", unknown, position, shown, position)
}
