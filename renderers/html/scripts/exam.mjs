/**
 * An exam: nothing is marked; answers are kept on the machine, and saved as a file to hand in.
 * @typedef {import("./marking.mjs").Response} Response
 */
import { byId, made, phrased } from "./controls.mjs"
import { canonical, sha256 } from "./digest.mjs"
import { Frame } from "./frame.mjs"

export class Exam extends Frame {
  open() {
    this.submit.textContent = this.words.handIn
    this.submit.addEventListener("click", () => this.handIn())
    byId("questions")?.append(
      made(
        "section",
        { class: "outcome", id: "outcome", hidden: true, tabindex: "-1", "aria-labelledby": "outcome-name" },
        made("h2", { id: "outcome-name" }, this.words.handedIn),
        made("p", { id: "receipt", role: "status" }),
        made("p", { id: "left-out" }),
      ),
    )
    super.open()
    for (const [id, name] of /** @type {const} */ ([["student-name", "name"], ["student-number", "number"]])) {
      const control = byId(id)
      if (!(control instanceof HTMLInputElement)) continue
      control.value = this.sitting[name]
      control.addEventListener("input", () => {
        this.sitting[name] = control.value
        this.save()
      })
    }
  }

  get student() {
    if (this.data.student !== null) return this.data.student
    const typed = [this.sitting.name, this.sitting.number].map((each) => each.trim()).filter(Boolean)
    return typed.length ? typed.join(", ") : null
  }

  answers() {
    /** @type {Record<string, Response>} */
    const answers = {}
    for (const question of this.questions)
      question.parts.forEach((_, index) => {
        const name = question.data.steps ? `${question.number}-${index + 1}` : `${question.number}`
        answers[name] = question.kept.responses[index] ?? null
      })
    return answers
  }

  handIn() {
    const unread = this.questions.map((each) => each.askBack()).find((each) => each !== null)
    for (const question of this.questions) question.noted()
    const whole = JSON.parse(canonical({
      format: "qgen-responses",
      version: 1,
      exam: this.data.title,
      paper: this.data.paper,
      student: this.student,
      started: new Date(this.sitting.started).toISOString(),
      handed_in: new Date().toISOString(),
      answers: this.answers(),
    }))
    const checksum = sha256(canonical(whole))
    const file = `${this.data.store.replace(/^qgen:/, "").replace(/[^\p{L}\p{M}\p{N}_-]+/gu, "-")}-${checksum.slice(0, 8)}.json`
    download(file, `${JSON.stringify({ ...whole, checksum }, null, 1)}\n`)
    const section = byId("outcome")
    if (section) section.hidden = false
    const [receipt, left] = [byId("receipt"), byId("left-out")]
    if (receipt) receipt.textContent = phrased(this.words.receipt, file, checksum.slice(0, 8))
    const open = this.questions.filter((each) => !each.isAnswered).map((each) => each.number)
    const said = open.length ? [phrased(this.words.leftOut, open.join(", "))] : []
    if (unread) said.push(this.words.unreadable)
    if (left) left.textContent = said.join(" ")
    section?.focus()
  }
}

/** @type {(name: string, text: string) => void} */
function download(name, text) {
  const address = URL.createObjectURL(new Blob([text], { type: "application/json" }))
  const link = made("a", { href: address, download: name })
  document.body.append(link)
  link.click()
  link.remove()
  setTimeout(() => URL.revokeObjectURL(address), 60_000)
}
