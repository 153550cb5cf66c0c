/**
 * A formula that was typed, as mathematics.
 * @typedef {import("./formula_hooks.mjs").Formula} Formula
 */
import { isOperation } from "./formula_reader.mjs"
import { LETTER_OF_NAME } from "./formula_words.mjs"

const MATHML = "http://www.w3.org/1998/Math/MathML"
const [SUM_STRENGTH, PRODUCT_STRENGTH, POWER_STRENGTH, ATOM_STRENGTH] = [1, 2, 3, 4]

/** @type {(name: string, ...children: (Node | string)[]) => Element} */
function math(name, ...children) {
  const element = document.createElementNS(MATHML, name)
  element.append(...children)
  return element
}

/** @type {(formula: Formula) => Element} */
export const shownFormula = (formula) => math("math", ...pieces(formula))

/** @type {(formula: Formula) => number} */
function strength(formula) {
  if ("name" in formula) return ATOM_STRENGTH
  if ("value" in formula)
    return formula.value.startsWith("-") ? SUM_STRENGTH : formula.value.includes("/") ? PRODUCT_STRENGTH : ATOM_STRENGTH
  if (formula.op === "sum" || isMinus(formula)) return SUM_STRENGTH
  if (formula.op === "product" || formula.op === "quotient") return PRODUCT_STRENGTH
  return formula.op === "power" ? POWER_STRENGTH : ATOM_STRENGTH
}

/** @type {(formula: Formula, needed: number) => Node[]} */
const within = (formula, needed) =>
  strength(formula) >= needed
    ? pieces(formula)
    : [math("mo", "("), ...pieces(formula), math("mo", ")")]

/** @type {(formula: Formula) => boolean} */
const isMinus = (formula) =>
  isOperation(formula) && formula.op === "product" && "value" in formula.parts[0] && formula.parts[0].value === "-1"

/** @type {(value: string) => Node[]} */
function numberPieces(value) {
  if (value.startsWith("-")) return [math("mo", "−"), ...numberPieces(value.slice(1))]
  const [top, bottom] = value.split("/")
  return [bottom ? math("mfrac", math("mn", top), math("mn", bottom)) : math("mn", top)]
}

/** @type {(name: string) => Element} */
function symbolElement(name) {
  const [base, ...index] = name.split("_")
  const letter = math("mi", LETTER_OF_NAME.get(base) ?? base)
  const below = index.join("_")
  return below ? math("msub", letter, math("mi", LETTER_OF_NAME.get(below) ?? below)) : letter
}

/** @type {(formula: Formula) => Node[]} */
function pieces(formula) {
  if ("value" in formula) return numberPieces(formula.value)
  if (!isOperation(formula)) return [symbolElement(formula.name)]
  const parts = formula.parts
  switch (formula.op) {
    case "sum":
      return parts.flatMap((part, index) => {
        const own = within(part, index ? PRODUCT_STRENGTH : SUM_STRENGTH)
        if (!index) return own
        return isMinus(part) ? [math("mo", "−"), ...minusFree(part)] : [math("mo", "+"), ...own]
      })
    case "product":
      return isMinus(formula) ? [math("mo", "−"), ...minusFree(formula)] : productPieces(parts)
    case "quotient":
      return [math("mfrac", math("mrow", ...pieces(parts[0])), math("mrow", ...pieces(parts[1])))]
    case "power":
      return [math("msup", math("mrow", ...within(parts[0], ATOM_STRENGTH)), math("mrow", ...pieces(parts[1])))]
    case "sqrt":
      return [math("msqrt", ...pieces(parts[0]))]
    case "abs":
      return [math("mo", "|"), ...pieces(parts[0]), math("mo", "|")]
  }
  const entries = parts.flatMap((part, index) => [...(index ? [math("mo", ",")] : []), ...pieces(part)])
  return [math("mi", formula.op), math("mo", "("), ...entries, math("mo", ")")]
}

/** A product without the minus one before it. @type {(formula: Formula) => Node[]} */
const minusFree = (formula) => (isOperation(formula) ? productPieces(formula.parts.slice(1)) : [])

/** @type {(factors: Formula[]) => Node[]} */
const productPieces = (factors) =>
  factors.flatMap((factor, index) => [
    ...(index ? [math("mo", "value" in factor ? "·" : "\u2062")] : []),
    ...within(factor, PRODUCT_STRENGTH),
  ])
