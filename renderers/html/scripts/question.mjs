/**
 * One question on the page: its controls, what was typed, and whether that can be read.
 * @typedef {import("./controls.mjs").Shown} Shown
 * @typedef {import("./marking.mjs").Key} Key
 * @typedef {import("./marking.mjs").Response} Response
 * @typedef {import("./store.mjs").Kept} Kept
 * @typedef {Shown & {points?: string, hints?: string[], claims?: unknown[]}} Part
 * @typedef {(number | string)[]} Folded
 * @typedef {{steps: boolean, seconds: number | null, parts: Part[], first?: string, others?: Folded[]}} QuestionData
 */
import { double } from "./exact.mjs"
import { byId, fields, fill, lock, made, noteFiles, phrased, responseIn } from "./controls.mjs"
import { complexNumbers, formulas } from "./formula_hooks.mjs"
import { isBlank } from "./marking.mjs"
import { readAnswer, readNumber } from "./numbers.mjs"
import { makeMovable } from "./ordering.mjs"
import { untouched } from "./store.mjs"

const FOLDED_TOKEN = /[^<>" ]*[<>" ]|[^<>" ]+/gu

/** What scrolls sideways can be scrolled by keyboard; told when it is laid out, so that nothing waits. */
const WIDTHS = new ResizeObserver((changed) => {
  for (const { target } of changed)
    if (target.scrollWidth > target.clientWidth) target.setAttribute("tabindex", "0")
    else target.removeAttribute("tabindex")
})

/** A variant, from what differs from the first one. @type {(first: string, folded: Folded) => {html: string, parts: Part[]}} */
function unfolded(first, folded) {
  const tokens = first.match(FOLDED_TOKEN) ?? []
  let text = ""
  for (let index = 0; index < folded.length; index += 1) {
    const each = folded[index]
    if (typeof each === "string") text += each
    else {
      index += 1
      text += tokens.slice(each, each + Number(folded[index])).join("")
    }
  }
  return JSON.parse(text)
}

export class Question {
  /**
   * @param {number} number
   * @param {QuestionData} data
   * @param {Record<string, string>} words
   */
  constructor(number, data, words) {
    this.number = number
    this.data = data
    this.words = words
    this.parts = data.parts
    this.variants = 1 + (data.others?.length ?? 0)
    this.isPrepared = false
    /** Which variant stands on the page; the first one did so from the start. */
    this.variant = 0
    /** Called whenever something was changed. */
    this.changed = () => {}
    const article = byId(`q${number}`)
    if (!article) throw new Error(`no question ${number}`)
    this.article = article
    // All that differs between variants stands behind the head.
    this.asked = made("div", { class: "asked" }, ...[...article.childNodes].slice(1 + headOf(article)))
    article.append(this.asked)
    this.kept = untouched()
    article.addEventListener("input", () => this.noted())
    article.addEventListener("change", () => this.noted())
  }

  /** The beginning of the identifiers of a part's controls; parts count from 0. @param {number} part */
  base(part) {
    return this.data.steps ? `q${this.number}-${part + 1}` : `q${this.number}`
  }

  /** Shows what is kept. @param {Kept} kept */
  restore(kept) {
    this.kept = kept
    if (kept.variant >= this.variants || kept.variant < 0) kept.variant = 0
    const isAnother = kept.variant !== this.variant
    const isAnew = isAnother || !this.isPrepared
    this.isPrepared = true
    if (isAnother && this.data.first) {
      const shown = unfolded(this.data.first, this.data.others?.[kept.variant - 1] ?? [0, Infinity])
      this.asked.innerHTML = shown.html
      this.parts = shown.parts
      this.variant = kept.variant
    }
    for (const group of this.asked.querySelectorAll("fieldset.ordering"))
      if (isAnew && group instanceof HTMLElement) makeMovable(group, this.words)
    for (const wide of isAnew ? this.article.querySelectorAll("pre, .scroll, .display, .formula") : []) WIDTHS.observe(wide)
    this.parts.forEach((part, index) => {
      if (isAnew) this.prepare(index)
      fill(this.base(index), part, kept.responses[index] ?? null)
      lock(this.base(index), part, false)
    })
  }

  /** Room for messages below a typed answer. @param {number} index */
  prepare(index) {
    const [base, part] = [this.base(index), this.parts[index]]
    const controls = fields(base, part)
    if (part.kind === "open") noteFiles(base)
    if (!controls.length || !["number", "complex", "formula", "matrix"].includes(part.kind)) return
    const message = made("div", { class: "message", id: `${base}-message`, role: "status" })
    controls[0].closest(".field, .matrix, .blank")?.append(message)
    for (const control of controls) {
      const described = control.getAttribute("aria-describedby")
      control.setAttribute("aria-describedby", `${described ? `${described} ` : ""}${base}-message`)
      control.addEventListener("input", () => this.describe(index, part.kind === "formula"))
      control.addEventListener("change", () => this.describe(index, true))
    }
  }

  noted() {
    this.kept.responses = this.parts.map((part, index) => responseIn(this.base(index), part))
    this.changed()
  }

  get isAnswered() {
    return this.parts.every((_, index) => {
      const response = this.responded(index)
      return !isBlank(response) && !(Array.isArray(response) && response.some((each) => each === null || isBlank(each)))
    })
  }

  /** @param {number} index @returns {Response} */
  responded(index) {
    const response = this.kept.responses[index] ?? null
    return Array.isArray(response) && !response.length ? null : response
  }

  /** Why a typed answer, or the first such entry of a matrix, cannot be read, where it cannot. @param {number} index */
  refusal(index) {
    const control = this.unread(index)
    return control ? this.refused(index, control.value) : null
  }

  /** The first control of a part whose text cannot be read. @param {number} index */
  unread(index) {
    return fields(this.base(index), this.parts[index]).find((each) => this.refused(index, each.value)) ?? null
  }

  /** @param {number} index @param {string} text */
  refused(index, text) {
    const part = this.parts[index]
    if (!text.trim()) return null
    const read =
      part.kind === "number" || part.kind === "matrix" ? readAnswer(text, part.workedOut)
      : part.kind === "complex" ? complexNumbers.read(text, part.workedOut)
      : part.kind === "formula" ? formulas.read(text, part.variables ?? [], part.free ?? [])
      : null
    return read && "refused" in read ? read : null
  }

  /** Shows how a typed answer is read, or asks back. @param {number} index @param {boolean} tellsWhy */
  describe(index, tellsWhy) {
    const [base, part] = [this.base(index), this.parts[index]]
    const [controls, message] = [fields(base, part), byId(`${base}-message`)]
    const control = this.unread(index) ?? controls[0]
    if (!control || !message) return
    const refused = this.refused(index, control.value)
    for (const each of controls) each.toggleAttribute("aria-invalid", Boolean(refused && tellsWhy && each === control))
    if (refused && tellsWhy) {
      const place = part.kind === "matrix" ? [`${byId(`${control.id}-label`)?.textContent}: `] : []
      message.replaceChildren(made("span", { class: "asked-back" }, ...place, this.sentence(refused)))
      if (refused.position) message.append(placeShown(control.value, refused.position))
    } else if (part.kind === "formula" && control.value.trim() && !refused) {
      const formula = formulas.read(control.value, part.variables ?? [], part.free ?? [])
      if (!("refused" in formula)) {
        const read = made("span", {}, `${this.words.readAs} `)
        read.append(formulas.show(formula))
        message.replaceChildren(read)
      }
    } else if (part.kind === "number" && !refused && "refused" in readNumber(control.value)) {
      const read = readAnswer(control.value, part.workedOut)
      message.replaceChildren(control.value.trim() && !("refused" in read) ? `${this.words.readAs} ${about(read.value)}` : "")
    } else if (part.kind === "complex" && !refused) {
      const read = control.value.trim() ? complexNumbers.read(control.value, part.workedOut) : null
      message.replaceChildren(read && !("refused" in read) ? `${this.words.readAs} ${complexNumbers.shown(read)}` : "")
    } else message.replaceChildren()
    message.removeAttribute("tabindex")
    if (message.scrollWidth > message.clientWidth) message.setAttribute("tabindex", "0")
  }

  /** Why an answer is refused, in the page's words. @param {import("./numbers.mjs").Refusal} refused */
  sentence({ refused, code, values }) {
    const own = this.words[code]
    return own ? phrased(own, ...values) : refused
  }

  /** Asks back for what cannot be read; the first control of that. */
  askBack() {
    const unreadable = this.parts.map((_, index) => index).filter((index) => this.refusal(index))
    unreadable.forEach((index) => this.describe(index, true))
    return unreadable.length ? this.unread(unreadable[0]) : null
  }

  /** @param {boolean} isLocked */
  setLocked(isLocked) {
    this.parts.forEach((part, index) => lock(this.base(index), part, isLocked))
    this.asked.classList.toggle("locked", isLocked)
    for (const button of this.asked.querySelectorAll("button.move"))
      if (button instanceof HTMLButtonElement) button.disabled = isLocked
  }
}

/** A number that was worked out, to six digits. @type {(value: import("./exact.mjs").Fraction) => string} */
const about = (value) => `${Number(double(value).toPrecision(6))}`

/** The place of a question's head among what it holds. @type {(article: HTMLElement) => number} */
const headOf = (article) => [...article.childNodes].findIndex((each) => each instanceof HTMLElement && each.className === "head")

/** What was typed, with the place of the mistake marked. @type {(text: string, position: number) => HTMLElement} */
function placeShown(text, position) {
  const signs = [...text]
  const here = signs[position - 1]
  return made(
    "code",
    { class: "place", "aria-hidden": "true" },
    signs.slice(0, position - 1).join(""),
    made("mark", {}, here ?? "␣"),
    signs.slice(position).join(""),
  )
}

/** `3:05`. @type {(seconds: number) => string} */
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds))
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
  const two = [minutes, rest].map((each) => String(each).padStart(2, "0"))
  return hours ? `${hours}:${two.join(":")}` : `${minutes}:${two[1]}`
}

/** The time spent on a question, next to the time meant for it. @type {(question: Question) => string} */
export const timeShown = (question) =>
  phrased("{} / {}", clock(question.kept.seconds), clock(question.data.seconds ?? 0))
