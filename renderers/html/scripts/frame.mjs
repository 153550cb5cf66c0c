/**
 * What pages for practice and for exams share: the list of questions to jump to, flags, progress,
 * timers, and that everything is remembered.
 * @typedef {import("./question.mjs").QuestionData} QuestionData
 * @typedef {import("./store.mjs").Limits} Limits
 * @typedef {{mode: "practice" | "exam", submit: "question" | "exam", store: string, digest: string, title: string, paper: string, student: string | null, language: string, seconds: number | null, passMark: string | null, attempts: Limits | null, words: Record<string, string>, comma: boolean, questions: QuestionData[]}} PageData
 */
import { byId, made, phrased } from "./controls.mjs"
import { clock, Question, timeShown } from "./question.mjs"
import { newSitting, remember, sittingOf } from "./store.mjs"

/** What the page was written with. @type {() => PageData} */
export function dataOfPage() {
  document.documentElement.classList.add("live")
  return JSON.parse(byId("quiz")?.textContent ?? "null")
}

export class Frame {
  /** @param {PageData} data */
  constructor(data) {
    this.data = data
    this.words = data.words
    this.sitting = sittingOf(data.store, data.digest, data.questions.length)
    this.questions = data.questions.map((each, index) => new Question(index + 1, each, data.words))
    this.progress = made("p", { id: "progress", role: "status" })
    this.timer = made("p", { id: "timer", role: "timer", hidden: true })
    this.submit = made("button", { type: "button", id: "submit", class: "main" })
    this.notice = made("p", { id: "notice", class: "notice", role: "status", hidden: true })
    this.bar = made("footer", { class: "bar" }, this.progress, this.timer, this.submit)
    /** The question that is being worked on. @type {Question | null} */
    this.current = null
  }

  /** Puts everything on the page and shows what is remembered. */
  open() {
    byId("questions")?.append(this.notice)
    document.body.append(this.bar)
    for (const question of this.questions) {
      this.addFlag(question)
      question.article.addEventListener("focusin", () => (this.current = question))
      question.changed = () => this.save()
    }
    this.restore()
    setInterval(() => this.tick(), 1000)
    this.tick()
  }

  restore() {
    this.questions.forEach((question, index) => {
      question.restore(this.sitting.questions[index])
      question.parts.forEach((_, part) => question.describe(part, true))
    })
    this.save()
  }

  /** Begins anew, as if nothing had been answered. */
  renew() {
    this.sitting = newSitting(this.data.digest, this.questions.length)
    this.restore()
  }

  save() {
    if (!remember(`${this.data.store}:sitting`, this.sitting)) this.tell(this.words.forgets)
    const answered = this.questions.filter((each) => each.isAnswered).length
    this.progress.textContent = phrased(this.words.progress, answered, this.questions.length)
    for (const question of this.questions) this.mirror(question)
  }

  /** @param {string} sentence */
  tell(sentence) {
    this.notice.hidden = !sentence
    this.notice.textContent = sentence
  }

  /** @param {Question} question */
  addFlag(question) {
    const flag = made("button", { type: "button", class: "flag", id: `q${question.number}-flag` })
    flag.append(made("span", { "aria-hidden": "true" }, "⚑ "), this.words.flag)
    flag.addEventListener("click", () => {
      question.kept.flagged = !question.kept.flagged
      this.save()
    })
    const head = question.article.querySelector(".head")
    head?.append(flag)
    if (question.data.seconds !== null)
      head?.insertBefore(made("p", { class: "points spent" }, timeShown(question)), flag)
  }

  /** Shows in the list of questions how far one is. @param {Question} question */
  mirror(question) {
    const link = document.querySelector(`nav a[href="#q${question.number}"]`)
    const { flagged } = question.kept
    byId(`q${question.number}-flag`)?.setAttribute("aria-pressed", String(flagged))
    if (!link) return
    link.classList.toggle("answered", question.isAnswered)
    link.classList.toggle("flagged", flagged)
    const states = [
      phrased(this.words.question, question.number),
      question.isAnswered ? this.words.answered : this.words.unanswered,
      ...(flagged ? [this.words.flagged] : []),
    ]
    link.setAttribute("aria-label", states.join(", "))
  }

  tick() {
    if (this.sitting.finished) {
      this.timer.hidden = true
      return
    }
    if (this.current?.data.seconds && !this.current.kept.checked && !document.hidden) {
      this.current.kept.seconds += 1
      const spent = this.current.article.querySelector(".spent")
      if (spent) spent.textContent = timeShown(this.current)
    }
    if (this.data.seconds === null) return
    const left = this.data.seconds - (Date.now() - this.sitting.started) / 1000
    this.timer.hidden = false
    this.timer.classList.toggle("over", left < 0)
    // Nothing is taken away when the time is over: who has extra time, or was cut off, goes on.
    this.timer.textContent = phrased(left < 0 ? this.words.timeOver : this.words.timeLeft, clock(Math.abs(left)))
  }
}
