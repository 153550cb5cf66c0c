/**
 * Starts a page whose script is compressed, as `deflating.py` has written it; all is done before
 * anybody can type. It stands alone: nothing is imported here.
 */

/** The order in which the lengths of the codes' own code are told. */
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]

/** How many bits follow the symbols for lengths and distances. */
const BITS_OF_LENGTHS = Array.from({ length: 28 }, (_, index) => Math.max(0, (index >> 2) - 1))
const BITS_OF_DISTANCES = Array.from({ length: 30 }, (_, index) => Math.max(0, (index >> 1) - 1))

/** The smallest number that each symbol stands for. @type {(first: number, bits: number[]) => number[]} */
const leasts = (first, bits) => bits.map((_, index) => bits.slice(0, index).reduce((sum, each) => sum + (1 << each), first))
const LEAST_OF_LENGTHS = leasts(3, BITS_OF_LENGTHS)
const LEAST_OF_DISTANCES = leasts(1, BITS_OF_DISTANCES)

/** Symbols by their bits behind a leading one; -1 where the bits go on. @type {(lengths: number[]) => Int16Array} */
function codeOf(lengths) {
  const found = new Int16Array(1 << 16).fill(-1)
  for (let length = 1, value = 2; length < 16; length += 1, value <<= 1)
    for (let symbol = 0; symbol < lengths.length; symbol += 1) if (lengths[symbol] === length) found[value++] = symbol
  return found
}

/** The bytes of a text, four for five letters, and up to four more. @type {(text: string) => Uint8Array} */
function bytesOf(text) {
  const view = new DataView(new ArrayBuffer(Math.ceil(text.length / 5) * 4))
  for (let place = 0; place < text.length; place += 5) {
    let value = 0
    for (const each of text.slice(place, place + 5).padEnd(5, "~"))
      value = value * 85 + (each === "#" ? 18 : each === "!" ? 50 : each.charCodeAt(0) - 42)
    view.setUint32((place / 5) * 4, value)
  }
  return new Uint8Array(view.buffer)
}

/** @type {(text: string) => string} */
export function inflated(text) {
  const bytes = bytesOf(text)
  // Behind two bytes of a header: the last block, and a block with codes of its own.
  let place = 19
  const bit = () => (bytes[place >> 3] >> (place++ & 7)) & 1
  /** @type {(count: number) => number} */
  const number = (count) => {
    let value = 0
    for (let index = 0; index < count; index += 1) value |= bit() << index
    return value
  }
  /** @type {(code: Int16Array) => number} */
  const symbol = (code) => {
    let value = 1
    while (code[value] < 0) value = (value << 1) | bit()
    return code[value]
  }
  const [lengths, distances, told] = [number(5) + 257, number(5) + 1, number(4) + 4]
  /** @type {number[]} */
  const own = Array(19).fill(0)
  for (const each of ORDER.slice(0, told)) own[each] = number(3)
  const code = codeOf(own)
  /** @type {number[]} */
  const all = []
  while (all.length < lengths + distances) {
    const next = symbol(code)
    if (next < 16) all.push(next)
    else if (next === 16) all.push(...Array(3 + number(2)).fill(all[all.length - 1]))
    else all.push(...Array(next === 17 ? 3 + number(3) : 11 + number(7)).fill(0))
  }
  const [words, ways] = [codeOf(all.slice(0, lengths)), codeOf(all.slice(lengths))]
  /** @type {number[]} */
  const found = []
  for (let next = symbol(words); next !== 256; next = symbol(words)) {
    if (next < 256) {
      found.push(next)
      continue
    }
    const index = next - 257
    const length = index < 28 ? LEAST_OF_LENGTHS[index] + number(BITS_OF_LENGTHS[index]) : 258
    const way = symbol(ways)
    const distance = LEAST_OF_DISTANCES[way] + number(BITS_OF_DISTANCES[way])
    for (let copied = 0; copied < length; copied += 1) found.push(found[found.length - distance])
  }
  return new TextDecoder().decode(new Uint8Array(found))
}

/**
 * Starts the page's style and script; before that, the solutions and the data of a large page are
 * put where they belong.
 * @type {(program: string, carried: string) => void}
 */
export function start(program, carried) {
  if (carried) {
    const all = inflated(carried).split("\0")
    document.querySelectorAll("template.solution").forEach((each, index) => (each.outerHTML = all[index]))
    const quiz = document.getElementById("quiz")
    if (quiz) quiz.textContent = all[all.length - 1]
  }
  const [style, script] = inflated(program).split("\0")
  const sheet = document.createElement("style")
  sheet.textContent = style
  // What is said for paper and small screens has the last word.
  document.head.querySelector("style")?.before(sheet)
  const element = document.createElement("script")
  element.textContent = script
  document.body.append(element)
  // It has run.
  element.remove()
}
