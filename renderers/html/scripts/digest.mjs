/**
 * SHA-256 of a text, since browsers offer their own only to pages from the web, and the canonical
 * JSON that it is taken of.
 */

/** The first 32 bits of the fractional parts of roots of primes. @type {(count: number, root: (prime: number) => number) => number[]} */
function primeRoots(count, root) {
  /** @type {number[]} */
  const primes = []
  for (let each = 2; primes.length < count; each += 1)
    if (primes.every((prime) => each % prime)) primes.push(each)
  return primes.map((prime) => ((root(prime) % 1) * 2 ** 32) | 0)
}

const ROUND_CONSTANTS = primeRoots(64, Math.cbrt)

/** @type {(word: number, by: number) => number} */
const turned = (word, by) => (word >>> by) | (word << (32 - by))

/** @type {(text: string) => string} */
export function sha256(text) {
  const bytes = new TextEncoder().encode(text)
  const padded = new Uint8Array(((bytes.length + 72) >> 6) << 6)
  padded.set(bytes)
  padded[bytes.length] = 0x80
  const view = new DataView(padded.buffer)
  view.setUint32(padded.length - 8, Math.floor(bytes.length / 2 ** 29))
  view.setUint32(padded.length - 4, bytes.length << 3)
  let state = primeRoots(8, Math.sqrt)
  for (let start = 0; start < padded.length; start += 64) state = mixed(state, view, start)
  return state.map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("")
}

/** The state after one block. @type {(state: number[], view: DataView, start: number) => number[]} */
function mixed(state, view, start) {
  /** @type {number[]} */
  const words = []
  let [a, b, c, d, e, f, g, h] = state
  for (let round = 0; round < 64; round += 1) {
    if (round < 16) words.push(view.getInt32(start + 4 * round))
    else {
      const [early, late] = [words[round - 15], words[round - 2]]
      const first = turned(early, 7) ^ turned(early, 18) ^ (early >>> 3)
      const second = turned(late, 17) ^ turned(late, 19) ^ (late >>> 10)
      words.push((words[round - 16] + first + words[round - 7] + second) | 0)
    }
    const rise = turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)
    const one = (h + rise + ((e & f) ^ (~e & g)) + ROUND_CONSTANTS[round] + words[round]) | 0
    const fall = turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)
    const two = (fall + ((a & b) ^ (a & c) ^ (b & c))) | 0
    ;[h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0]
  }
  return [a, b, c, d, e, f, g, h].map((word, index) => (word + state[index]) | 0)
}

/** JSON with sorted keys, without blanks and with no half of a character. @type {(value: unknown) => string} */
export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`
  if (value !== null && typeof value === "object") {
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
    return `{${entries.map(([name, each]) => `${canonical(name)}:${canonical(each)}`).join(",")}}`
  }
  return JSON.stringify(typeof value === "string" ? wellFormed(value) : value)
}

/** @type {(text: string) => string} */
const wellFormed = (text) => text.replace(/\p{Surrogate}/gu, "\ufffd")
