/**
 * Practice: marks question by question or all at once, shows why, and counts attempts.
 * @typedef {import("./question.mjs").Question} Question
 * @typedef {import("./marking.mjs").Key} Key
 * @typedef {import("./marking.mjs").Mark} Mark
 * @typedef {import("./exact.mjs").Fraction} Fraction
 */
import { comments } from "./comments.mjs"
import { byId, made, phrased } from "./controls.mjs"
import { compared, decimal, exactly, fraction, over, plus, times, written, ZERO } from "./exact.mjs"
import { Frame } from "./frame.mjs"
import { afterHints, offerHints, taken } from "./hints.mjs"
import { mark } from "./marking.mjs"
import { allowance, attemptsSoFar, remember, untouched } from "./store.mjs"

/** @type {Record<import("./formula_hooks.mjs").FormulaForm, string>} */
const FORM_WORDS = {
  factorised: "notFactorised",
  expanded: "notExpanded",
  lowest_terms: "notLowestTerms",
  no_decimals: "notNoDecimals",
}

export class Practice extends Frame {
  open() {
    for (const question of this.questions) this.addButtons(question)
    this.submit.textContent = this.words.submit
    this.submit.addEventListener("click", () => (this.sitting.finished ? this.again() : this.finish()))
    byId("questions")?.append(this.outcome())
    super.open()
  }

  /** A number as the page's language writes it. @param {Fraction} value */
  shown(value, places = 2) {
    const text = decimal(value, places)
    return this.data.comma ? text.replace(".", ",") : text
  }

  outcome() {
    const print = made("button", { type: "button", id: "print" }, this.words.print)
    print.addEventListener("click", () => window.print())
    return made(
      "section",
      { class: "outcome", id: "outcome", hidden: true, tabindex: "-1", "aria-labelledby": "outcome-name" },
      made("h2", { id: "outcome-name" }, this.words.result),
      made("p", { id: "score", role: "status" }),
      made("p", { id: "verdict" }),
      made("p", { id: "attempts" }),
      print,
    )
  }

  /** @param {Question} question */
  addButtons(question) {
    const { number } = question
    const row = made("div", { class: "actions" })
    if (this.data.submit === "question") {
      const check = made("button", { type: "button", id: `q${number}-submit`, class: "main" }, this.words.check)
      check.addEventListener("click", () => this.check(question))
      row.append(check)
      question.article.addEventListener("keydown", (event) => {
        const isField = event.target instanceof HTMLInputElement && event.target.type === "text"
        if (event.key === "Enter" && isField && !check.hidden) this.check(question)
      })
    }
    if (question.variants > 1) {
      const other = made("button", { type: "button", id: `q${number}-new` }, this.words.newNumbers)
      other.addEventListener("click", () => this.newNumbers(question))
      row.append(other)
    }
    question.article.append(row, made("div", { class: "result", id: `q${number}-result`, role: "status" }))
  }

  restore() {
    super.restore()
    for (const question of this.questions) {
      this.clear(question)
      if (question.kept.checked) this.showResult(question)
      this.offerHints(question)
    }
    if (this.sitting.finished) this.showOutcome()
    else this.hideOutcome()
  }

  hideOutcome() {
    const section = byId("outcome")
    if (section) section.hidden = true
    this.submit.textContent = this.words.submit
    const { left, next } = this.allowed()
    if (left < 1 && !this.isBegun) this.tell(this.refusedUntil(next))
    else this.tell("")
  }

  allowed() {
    return allowance(this.data.attempts, attemptsSoFar(this.data.store), Date.now())
  }

  /** Whether a question was marked in this sitting: then it counts as an attempt already. */
  get isBegun() {
    return this.questions.some((question) => question.kept.checked)
  }

  /** @type {(next: number) => string} */
  refusedUntil(next) {
    if (!Number.isFinite(next)) return this.words.noAttempt
    const time = new Date(next).toLocaleString(this.data.language, { dateStyle: "medium", timeStyle: "short" })
    return phrased(this.words.nextAttempt, time)
  }

  /** Whether marking may begin or go on; the first mark of a sitting is an attempt. */
  mayMark() {
    if (this.isBegun) return true
    const { left, next } = this.allowed()
    if (left < 1) {
      this.tell(this.refusedUntil(next))
      return false
    }
    this.tell("")
    return true
  }

  /** @param {Question} question */
  check(question) {
    if (question.kept.checked) return
    const unread = question.askBack()
    if (unread) {
      unread.focus()
      return
    }
    const isFirst = !this.isBegun
    if (!this.mayMark()) return
    question.kept.checked = true
    this.showResult(question)
    this.record(isFirst)
    this.save()
    if (this.questions.every((each) => each.kept.checked)) this.finish()
  }

  finish() {
    const unread = this.questions.filter((each) => !each.kept.checked).map((each) => each.askBack())
    const first = unread.find((each) => each !== null)
    if (first) {
      this.tell(this.words.unreadable)
      first.focus()
      return
    }
    const isFirst = !this.isBegun
    if (!this.mayMark()) return
    for (const question of this.questions.filter((each) => !each.kept.checked)) {
      question.kept.checked = true
      this.showResult(question)
    }
    this.sitting.finished = true
    this.record(isFirst)
    this.save()
    this.showOutcome()
    byId("outcome")?.focus()
  }

  /** Keeps the score so far with its attempt. @param {boolean} isNew */
  record(isNew) {
    const attempts = attemptsSoFar(this.data.store)
    const { earned, points } = this.total()
    const now = { at: Date.now(), credit: written(earned), points: written(points) }
    if (isNew || !attempts.length) attempts.push(now)
    else attempts[attempts.length - 1] = { ...now, at: attempts[attempts.length - 1].at }
    remember(`${this.data.store}:attempts`, attempts)
  }

  again() {
    const { left, next } = this.allowed()
    if (left < 1) {
      const told = byId("attempts")
      if (told) told.textContent = this.refusedUntil(next)
      this.tell(this.refusedUntil(next))
      return
    }
    this.renew()
    this.questions[0]?.article.scrollIntoView()
  }

  /** @param {Question} question */
  newNumbers(question) {
    const { number } = question
    const kept = { ...untouched(), variant: (question.kept.variant + 1) % question.variants }
    // A question that was marked keeps its mark for this attempt.
    if (question.kept.checked && this.data.attempts) {
      this.tell(this.words.newLater)
      return
    }
    kept.flagged = question.kept.flagged
    // Where attempts are counted, a hint that was read stays paid for.
    if (this.data.attempts) kept.hints = question.kept.hints
    this.sitting.questions[number - 1] = kept
    this.clear(question)
    question.restore(kept)
    this.offerHints(question)
    this.sitting.finished = false
    this.hideOutcome()
    this.save()
    question.article.scrollIntoView({ block: "nearest" })
  }

  /** @param {Question} question */
  offerHints(question) {
    offerHints(question, (penalty) => this.percent(penalty), () => {
      this.save()
      this.offerHints(question)
    })
  }

  /** @param {Fraction} share */
  percent(share) {
    return phrased(this.words.percent, this.shown(times(fraction(100), share)))
  }

  /** What hints took off a part, as a sentence. @param {Question} question @param {number} index */
  hintsTaken(question, index) {
    const penalty = taken(question, index).reduce(plus, ZERO)
    return penalty.top ? phrased(this.words.hintsTaken, this.shown(times(fraction(100), penalty))) : ""
  }

  /** @param {Question} question @returns {Mark[]} */
  marks(question) {
    const { responses, met } = question.kept
    return question.parts.map((part, index) => {
      const key = /** @type {Key} */ (/** @type {unknown} */ (part))
      return mark(key, question.responded(index), responses.slice(0, index), met[index] ?? null)
    })
  }

  /** Points earned and points in all of a question, and what nobody has decided. @param {Question} question */
  earned(question) {
    const marks = this.marks(question)
    const worth = question.parts.map((part) => exactly(part.points ?? "0"))
    const points = worth.reduce(plus, ZERO)
    /** @type {(credit: (credit: Fraction, index: number) => Fraction) => Fraction} */
    const sum = (credit) => marks.reduce((total, each, index) => plus(total, times(credit(each.credit ?? ZERO, index), worth[index])), ZERO)
    const earned = sum((credit, index) => afterHints(credit, taken(question, index)))
    const before = sum((credit) => credit)
    const open = marks.reduce((total, each, index) => (each.credit ? total : plus(total, worth[index])), ZERO)
    return { earned, before, points, open, marks }
  }

  total() {
    const all = this.questions.map((question) => (question.kept.checked ? this.earned(question) : { ...this.earned(question), earned: ZERO, open: ZERO }))
    /** @type {(name: "earned" | "points" | "open") => Fraction} */
    const sum = (name) => all.reduce((total, each) => plus(total, each[name]), ZERO)
    return { earned: sum("earned"), points: sum("points"), open: sum("open") }
  }

  showOutcome() {
    const section = byId("outcome")
    if (!section) return
    section.hidden = false
    this.submit.textContent = this.words.again
    this.showScore()
  }

  showScore() {
    const [score, verdict, told] = [byId("score"), byId("verdict"), byId("attempts")]
    if (!score || !verdict || !told || !this.sitting.finished) return
    const { earned, points, open } = this.total()
    const share = points.top ? this.shown(times(fraction(100), over(earned, points)), 1) : "0"
    score.textContent = `${phrased(this.words.score, this.shown(earned), this.shown(points))} (${share}%)`
    if (open.top) score.append(` – ${phrased(this.words.openPoints, this.shown(open))}`)
    const needed = this.data.passMark === null ? null : times(exactly(this.data.passMark), points)
    const passes = needed !== null && compared(earned, needed) >= 0
    const may = needed !== null && compared(plus(earned, open), needed) >= 0
    verdict.hidden = needed === null
    verdict.className = passes ? "right" : "wrong"
    verdict.textContent = passes ? this.words.passed : may && open.top ? this.words.maybePassed : this.words.notPassed
    told.textContent = this.attemptsShown()
  }

  attemptsShown() {
    const attempts = attemptsSoFar(this.data.store)
    const best = attempts.reduce((top, each) => {
      const points = exactly(each.points)
      const share = points.top ? over(exactly(each.credit), points) : ZERO
      return compared(share, top) > 0 ? share : top
    }, ZERO)
    const { left, next } = this.allowed()
    const sentences = [phrased(this.words.best, this.shown(times(fraction(100), best), 1))]
    if (this.data.attempts) sentences.push(left ? phrased(this.words.attemptsLeft, left) : this.refusedUntil(next))
    return sentences.join(" ")
  }

  /** Takes away everything that marking has added. @param {Question} question */
  clear(question) {
    question.setLocked(false)
    for (const added of question.article.querySelectorAll(".comment, .part-result, .row-mark")) added.remove()
    for (const solution of question.asked.querySelectorAll(".solution"))
      if (solution instanceof HTMLDetailsElement) {
        solution.hidden = true
        solution.open = false
      }
    byId(`q${question.number}-result`)?.replaceChildren()
    const check = byId(`q${question.number}-submit`)
    if (check) check.hidden = false
    document.querySelector(`nav a[href="#q${question.number}"]`)?.classList.remove("right", "partly", "wrong")
  }

  /** @param {Question} question */
  showResult(question) {
    const { earned, before, points, marks, open } = this.earned(question)
    question.setLocked(true)
    this.offerHints(question)
    for (const solution of question.asked.querySelectorAll(".solution"))
      if (solution instanceof HTMLElement) solution.hidden = false
    const check = byId(`q${question.number}-submit`)
    if (check) check.hidden = true
    question.parts.forEach((_, index) => this.comment(question, index, marks[index]))
    const result = byId(`q${question.number}-result`)
    const kind = open.top ? "open" : kindOf(before, points)
    const said = question.data.steps ? "" : this.sentences(question, 0, marks[0])
    result?.replaceChildren(this.resultLine(earned, points, kind, said), ...(question.data.steps ? [] : saidByMark(question, 0, kind)))
    const link = document.querySelector(`nav a[href="#q${question.number}"]`)
    link?.classList.add(kind)
  }

  /** @type {(earned: Fraction, points: Fraction, kind: string, sentence: string) => HTMLElement} */
  resultLine(earned, points, kind, sentence) {
    const sign = { right: "✓", partly: "◐", wrong: "✗", open: "…" }[kind] ?? ""
    return made(
      "p",
      { class: `mark ${kind}` },
      made("span", { "aria-hidden": "true" }, `${sign} `),
      made("strong", {}, phrased(this.words.score, this.shown(earned), this.shown(points))),
      ` ${this.words[kind]}`,
      sentence && ` ${sentence}`,
    )
  }

  /** What is said of a part beside its points. @param {Question} question @param {number} index @param {Mark} found */
  sentences(question, index, found) {
    return [this.sentence(found), this.hintsTaken(question, index)].filter(Boolean).join(" ")
  }

  /** @param {Mark} found */
  sentence(found) {
    if (found.outcome === "blank") return this.words.blank
    if (found.form) return this.words[FORM_WORDS[found.form]]
    return found.sentence ?? ""
  }

  /** What is said of a part: at each option, of the mistake that was made, and how to mark oneself. @param {Question} question @param {number} index @param {Mark} found */
  comment(question, index, found) {
    const part = question.parts[index]
    const place = question.data.steps ? byId(`${question.base(index)}-name`)?.closest(".part") : question.asked
    if (!(place instanceof HTMLElement)) return
    comments(place, question, index, found, () => this.remarked(question, index))
    if (!question.data.steps) return
    const points = exactly(part.points ?? "0")
    const credit = found.credit ?? ZERO
    const earned = times(afterHints(credit, taken(question, index)), points)
    const kind = found.credit ? kindOf(times(credit, points), points) : "open"
    const line = made("div", { class: "part-result", id: `${question.base(index)}-result` })
    line.append(this.resultLine(earned, points, kind, this.sentences(question, index, found)), ...saidByMark(question, index, kind))
    place.insertBefore(line, place.querySelector(".solution"))
  }

  /** Shows the marks again after somebody has marked an open answer. @param {Question} question @param {number} index */
  remarked(question, index) {
    const { earned, before, points, open, marks } = this.earned(question)
    const [base, part] = [question.base(index), question.parts[index]]
    const own = byId(`${base}-result`)
    const worth = exactly(part.points ?? "0")
    const credit = marks[index].credit ?? ZERO
    const got = times(afterHints(credit, taken(question, index)), worth)
    const said = this.hintsTaken(question, index)
    if (question.data.steps) {
      const kind = kindOf(times(credit, worth), worth)
      own?.replaceChildren(this.resultLine(got, worth, kind, said), ...saidByMark(question, index, kind))
    }
    const kind = open.top ? "open" : kindOf(before, points)
    const line = this.resultLine(earned, points, kind, question.data.steps ? "" : said)
    byId(`q${question.number}-result`)?.replaceChildren(line, ...(question.data.steps ? [] : saidByMark(question, 0, kind)))
    this.record(false)
    this.save()
    this.showScore()
  }
}

/** What the author says of an answer with this mark. @type {(question: Question, index: number, kind: string) => Node[]} */
function saidByMark(question, index, kind) {
  const said = byId(`${question.base(index)}-said-${kind}`)
  return said ? [...said.childNodes].map((node) => node.cloneNode(true)) : []
}

/** @type {(earned: Fraction, points: Fraction) => "right" | "partly" | "wrong"} */
function kindOf(earned, points) {
  if (compared(earned, points) >= 0) return "right"
  return earned.top ? "partly" : "wrong"
}
