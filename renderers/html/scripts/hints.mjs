/**
 * Hints: shown one after another on request, each for its share of the points.
 * @typedef {import("./question.mjs").Question} Question
 * @typedef {import("./exact.mjs").Fraction} Fraction
 */
import { byId, made, phrased } from "./controls.mjs"
import { compared, exactly, minus, plus, ZERO } from "./exact.mjs"

/** How many hints of a part were taken. @type {(question: Question, index: number) => number} */
function count(question, index) {
  const offered = question.parts[index].hints?.length ?? 0
  const kept = Math.trunc(Number(question.kept.hints?.[index] ?? 0))
  return Math.min(Math.max(kept || 0, 0), offered)
}

/** The penalties of the hints that were taken. @type {(question: Question, index: number) => Fraction[]} */
export const taken = (question, index) =>
  (question.parts[index].hints ?? []).slice(0, count(question, index)).map(exactly)

/** What is left of a credit. @type {(credit: Fraction, penalties: Fraction[]) => Fraction} */
export function afterHints(credit, penalties) {
  const left = minus(credit, penalties.reduce(plus, ZERO))
  return compared(left, ZERO) > 0 ? left : ZERO
}

/**
 * Shows the hints that were taken, and a button for the next one until the question is marked.
 * @type {(question: Question, percent: (penalty: Fraction) => string, changed: () => void) => void}
 */
export function offerHints(question, percent, changed) {
  question.parts.forEach((part, index) => {
    const [base, box] = [question.base(index), byId(`${question.base(index)}-hints`)]
    if (!box || !part.hints) return
    const shown = count(question, index)
    ;[...box.querySelectorAll("details")].forEach((hint, place) => {
      hint.hidden = place >= shown
      hint.open = place < shown
    })
    let button = byId(`${base}-hint`)
    if (!button) {
      button = made("button", { type: "button", id: `${base}-hint`, class: "hint" })
      button.addEventListener("click", () => {
        const kept = question.parts.map((_, place) => count(question, place))
        kept[index] += 1
        question.kept.hints = kept
        changed()
      })
      box.after(button)
    }
    const costs = exactly(part.hints[shown] ?? "0")
    const words = phrased(question.words.showHint, shown + 1, part.hints.length)
    button.textContent = costs.top ? `${words} (−${percent(costs)})` : words
    button.hidden = question.kept.checked || shown >= part.hints.length
  })
}
