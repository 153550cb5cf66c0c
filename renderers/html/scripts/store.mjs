/**
 * What a page remembers on the student's machine; a browser that forbids it forgets with the page.
 * @typedef {import("./marking.mjs").Response} Response
 * @typedef {{variant: number, responses: Response[], met: (number[] | null)[], checked: boolean, seconds: number, flagged: boolean, hints?: number[]}} Kept
 * @typedef {{at: number, credit: string, points: string}} Attempt
 * @typedef {{digest: string, started: number, finished: boolean, name: string, number: string, questions: Kept[]}} Sitting
 * @typedef {{allowed: number, every: number | null}} Limits
 */

/** @type {Map<string, string>} */
const forgetful = new Map()

/** @type {(name: string) => unknown} */
export function recalled(name) {
  try {
    return JSON.parse(localStorage.getItem(name) ?? forgetful.get(name) ?? "null")
  } catch {
    return JSON.parse(forgetful.get(name) ?? "null")
  }
}

/** False where the browser keeps nothing beyond the page. @type {(name: string, value: unknown) => boolean} */
export function remember(name, value) {
  const text = JSON.stringify(value)
  forgetful.set(name, text)
  try {
    localStorage.setItem(name, text)
    return true
  } catch {
    return false
  }
}

/** The attempts so far. @type {(name: string) => Attempt[]} */
export function attemptsSoFar(name) {
  const found = recalled(`${name}:attempts`)
  return Array.isArray(found)
    ? found.filter((each) => Number.isFinite(each?.at) && /^\d+(\/[1-9]\d*)?$/.test(each.credit) && /^\d+(\/[1-9]\d*)?$/.test(each.points))
    : []
}

/**
 * How many attempts are left, and when the next one is allowed where none is; Infinity for never.
 * @type {(limits: Limits | null, attempts: Attempt[], now: number) => {left: number, next: number}}
 */
export function allowance(limits, attempts, now) {
  if (!limits) return { left: Infinity, next: now }
  const span = limits.every === null ? Infinity : limits.every * 60_000
  const counted = attempts.map((each) => each.at).filter((at) => now - at < span).sort((a, b) => a - b)
  const left = Math.max(0, limits.allowed - counted.length)
  return { left, next: left ? now : counted[counted.length - limits.allowed] + span }
}

/** @type {() => Kept} */
export const untouched = () => ({ variant: 0, responses: [], met: [], checked: false, seconds: 0, flagged: false })

/** The sitting that the page continues, or a new one. @type {(name: string, digest: string, questions: number) => Sitting} */
export function sittingOf(name, digest, questions) {
  const found = /** @type {Sitting | null} */ (recalled(`${name}:sitting`))
  if (found?.digest === digest && Array.isArray(found.questions) && found.questions.length === questions)
    return found
  return newSitting(digest, questions)
}

/** @type {(digest: string, questions: number) => Sitting} */
export const newSitting = (digest, questions) => ({
  digest,
  started: Date.now(),
  finished: false,
  name: "",
  number: "",
  questions: Array.from({ length: questions }, untouched),
})
