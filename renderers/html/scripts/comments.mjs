/**
 * What is said beside a marked answer, taken from the notes of the solution.
 * @typedef {import("./question.mjs").Question} Question
 * @typedef {import("./marking.mjs").Choice} Choice
 * @typedef {import("./marking.mjs").Matching} Matching
 * @typedef {import("./marking.mjs").MatrixKey} MatrixKey
 * @typedef {import("./marking.mjs").Mark} Mark
 */
import { byId, fields, made } from "./controls.mjs"
import { exactly } from "./exact.mjs"
import { readAnswer } from "./numbers.mjs"
import { numberMark } from "./rules.mjs"

/** @type {Record<string, string>} */
const OPTION_SIGNS = { right: "✓", wrong: "✗", missed: "○", left: "·" }

/**
 * What became of an option: it was ticked rightly or wrongly, missed, or rightly left alone.
 * @type {(isRight: boolean, isTicked: boolean) => "right" | "wrong" | "missed" | "left"}
 */
export const optionState = (isRight, isTicked) =>
  isTicked ? (isRight ? "right" : "wrong") : isRight ? "missed" : "left"

/** A note's own words in a box, behind a line that says what became of an answer. @type {(kind: string, note: Element | undefined, ...before: (Node | string)[]) => HTMLElement} */
function commentBox(kind, note, ...before) {
  const copied = note?.cloneNode(true)
  if (before.length && copied instanceof Element) copied.querySelector(".verdict")?.remove()
  return made("div", { class: `comment ${kind}` }, ...before, ...(copied?.childNodes ?? []))
}

/** @param {HTMLElement} place @param {Question} question @param {number} index @param {Mark} found @param {() => void} remarked */
export function comments(place, question, index, found, remarked) {
  const part = question.parts[index]
  const solution = place.querySelector(".solution")
  const notes = solution ? [...solution.querySelectorAll("[data-note]")] : []
  if (part.listed) {
    const chosen = question.responded(index)
    if (typeof chosen === "number") solution?.before(commentBox(found.mistake === null ? "right" : "wrong", notes[chosen - 1]))
  } else if (part.kind === "choice") optionComments(question, index, notes)
  else if (part.kind === "matching") {
    const response = question.responded(index)
    const { key } = /** @type {Matching} */ (/** @type {unknown} */ (part))
    key.forEach((right, pair) => {
      const isRight = Array.isArray(response) && response[pair] === right
      const kind = isRight ? "right" : "wrong"
      const said = isRight ? "" : ` ${String.fromCharCode(64 + right)}`
      byId(`${question.base(index)}-l${pair + 1}`)?.after(rowMark(question, kind, said))
    })
    const missed = notes.filter((note) => {
      const pair = Number(note.getAttribute("data-note")) - 1
      return !Array.isArray(response) || response[pair] !== key[pair]
    })
    solution?.before(...missed.map((note) => commentBox("missed", note)))
  } else if (part.kind === "matrix") {
    // A condition judges the whole: no entry is right or wrong by itself.
    if (!part.claims) entryMarks(question, index)
    if (found.mistake !== null) solution?.before(commentBox("wrong", notes[found.mistake]))
  } else if (part.kind === "open") selfMarking(question, index, notes, solution, remarked)
  else if (found.mistake !== null) solution?.before(commentBox("wrong", notes[found.mistake]))
}

/** A sign behind a control, said in words to who listens. @type {(question: Question, kind: "right" | "wrong", said: string) => HTMLElement} */
function rowMark(question, kind, said) {
  const sign = made("span", { class: `row-mark ${kind}` }, made("span", { "aria-hidden": "true" }, OPTION_SIGNS[kind]))
  sign.append(made("span", { class: "unseen" }, question.words[kind]), said)
  return sign
}

/** Which entries of a matrix are right. @param {Question} question @param {number} index */
function entryMarks(question, index) {
  const part = question.parts[index]
  const { values, tolerance } = /** @type {MatrixKey} */ (/** @type {unknown} */ (part))
  for (const [place, box] of fields(question.base(index), part).entries()) {
    const read = readAnswer(box.value)
    const isRight = !("refused" in read) && numberMark(exactly(values[place]), [], tolerance, read.value, read.slack).credit.top
    box.after(rowMark(question, isRight ? "right" : "wrong", ""))
  }
}

/** @param {Question} question @param {number} index @param {Element[]} notes */
function optionComments(question, index, notes) {
  const base = question.base(index)
  const { key } = /** @type {Choice} */ (/** @type {unknown} */ (question.parts[index]))
  const response = question.responded(index)
  const ticked = Array.isArray(response) ? response : [response]
  for (const [place, note] of notes.entries()) {
    const kind = optionState(key.includes(place + 1), ticked.includes(place + 1))
    // Who chose nothing at all has left nothing rightly.
    const isSaid = kind !== "left" || question.parts[index].many || ticked.some((each) => each !== null)
    if (!isSaid && !note.querySelector(".text")) continue
    const sign = made("span", { "aria-hidden": "true" }, `${OPTION_SIGNS[kind]} `)
    const line = made("p", { class: "verdict" }, sign, question.words[kind === "right" ? "chosen" : kind === "wrong" ? "chosenWrongly" : kind])
    byId(`${base}-o${place + 1}`)?.closest(".option")?.after(commentBox(kind, note, isSaid ? line : ""))
  }
}

/** Boxes at the lines of the rubric, for who marks an open answer alone. @param {Question} question @param {number} index @param {Element[]} notes @param {Element | null} solution @param {() => void} remarked */
function selfMarking(question, index, notes, solution, remarked) {
  const [base, { met }] = [question.base(index), question.kept]
  if (!solution || !notes.length) return
  const group = made("fieldset", { class: "comment" }, made("legend", {}, question.words.selfMark))
  notes.forEach((note, line) => {
    const id = `${base}-r${line + 1}`
    const box = made("input", { type: "checkbox", id })
    box.checked = met[index]?.includes(line) ?? false
    box.addEventListener("change", () => {
      const others = (met[index] ?? []).filter((each) => each !== line)
      met[index] = box.checked ? [...others, line] : others
      remarked()
    })
    const label = made("label", { for: id }, ...note.cloneNode(true).childNodes)
    group.append(made("div", { class: "option" }, box, label))
  })
  solution.before(group)
  if (solution instanceof HTMLDetailsElement) solution.open = true
}
