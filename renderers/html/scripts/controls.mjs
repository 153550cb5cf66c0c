/**
 * The controls of a question: what stands in them, and how they are filled.
 * @typedef {import("./marking.mjs").Response} Response
 * @typedef {{kind: string, many?: boolean, listed?: boolean, shown?: number, rows?: number, columns?: number, variables?: string[], free?: string[], workedOut?: boolean}} Shown
 */

/** @type {(id: string) => HTMLElement | null} */
export const byId = (id) => document.getElementById(id)

/**
 * An element with text or elements in it; attributes that are true or false are set or left out.
 * @type {<Name extends keyof HTMLElementTagNameMap>(name: Name, attributes?: Record<string, string | boolean>, ...children: (Node | string)[]) => HTMLElementTagNameMap[Name]}
 */
export function made(name, attributes = {}, ...children) {
  const element = document.createElement(name)
  for (const [key, value] of Object.entries(attributes))
    if (value !== false) element.setAttribute(key, value === true ? "" : value)
  element.append(...children)
  return element
}

/** A phrase whose `{}` are filled in order. @type {(phrase: string, ...values: (string | number)[]) => string} */
export function phrased(phrase, ...values) {
  let index = 0
  return phrase.replace(/\{\}/g, () => String(values[index++]))
}

/** @type {(base: string) => HTMLInputElement[]} */
const boxes = (base) => [...document.querySelectorAll(`input[name="${base}"]`)].filter((each) => each instanceof HTMLInputElement)

/** @type {(base: string, count: number) => HTMLSelectElement[]} */
const lists = (base, count) =>
  Array.from({ length: count }, (_, index) => byId(`${base}-l${index + 1}`)).filter((each) => each instanceof HTMLSelectElement)

/** @type {(base: string) => HTMLInputElement | HTMLTextAreaElement | null} */
export function field(base) {
  const found = byId(`${base}-answer`)
  return found instanceof HTMLInputElement || found instanceof HTMLTextAreaElement ? found : null
}

/** The boxes of a matrix, row by row. @type {(base: string, part: Shown) => HTMLInputElement[]} */
const entries = (base, { rows = 0, columns = 0 }) =>
  Array.from({ length: rows * columns }, (_, index) =>
    byId(`${base}-r${Math.floor(index / columns) + 1}-c${(index % columns) + 1}`),
  ).filter((each) => each instanceof HTMLInputElement)

/** The list of a choice that stands in the text. @type {(base: string, part: Shown) => HTMLSelectElement | null} */
function wordList(base, part) {
  const found = part.listed ? byId(`${base}-answer`) : null
  return found instanceof HTMLSelectElement ? found : null
}

/** What is typed into. @type {(base: string, part: Shown) => (HTMLInputElement | HTMLTextAreaElement)[]} */
export function fields(base, part) {
  const only = field(base)
  return part.kind === "matrix" ? entries(base, part) : only ? [only] : []
}

/** @type {(base: string, part: Shown) => Response} */
export function responseIn(base, part) {
  if (part.listed) return wordList(base, part)?.selectedIndex || null
  if (part.kind === "choice") {
    const ticked = boxes(base).filter((box) => box.checked).map((box) => Number(box.value))
    return part.many ? ticked : ticked[0] ?? null
  }
  if (part.kind === "matching" || part.kind === "ordering")
    return lists(base, part.shown ?? 0).map((list) => list.selectedIndex || null)
  if (part.kind === "matrix") return entries(base, part).map((box) => box.value)
  return field(base)?.value ?? ""
}

/** @type {(base: string, part: Shown, response: Response) => void} */
export function fill(base, part, response) {
  const words = wordList(base, part)
  if (words) words.selectedIndex = Number(response ?? 0)
  else if (part.kind === "choice") {
    const ticked = Array.isArray(response) ? response : [response]
    for (const box of boxes(base)) box.checked = ticked.includes(Number(box.value))
  } else if (part.kind === "matching" || part.kind === "ordering") {
    const chosen = Array.isArray(response) ? response : []
    for (const [index, list] of lists(base, part.shown ?? 0).entries()) list.selectedIndex = Number(chosen[index] ?? 0)
    byId(base)?.dispatchEvent(new Event("filled"))
  } else if (part.kind === "matrix") {
    const typed = Array.isArray(response) ? response : []
    for (const [index, box] of entries(base, part).entries()) box.value = String(typed[index] ?? "")
  } else {
    const control = field(base)
    if (control) control.value = typeof response === "string" ? response : ""
  }
}

/** Notes the name and size of what is chosen: a page keeps no files. @type {(base: string) => void} */
export function noteFiles(base) {
  const [files, list] = [byId(`${base}-file`), field(base)]
  if (!(files instanceof HTMLInputElement) || !list) return
  files.addEventListener("change", () => {
    list.value = [...(files.files ?? [])].map((file) => `${file.name} (${file.size} bytes)`).join("\n")
    list.dispatchEvent(new Event("input", { bubbles: true }))
  })
}

/** Lets nothing be changed, or everything again. @type {(base: string, part: Shown, isLocked: boolean) => void} */
export function lock(base, part, isLocked) {
  for (const text of fields(base, part)) text.readOnly = isLocked || text.classList.contains("files")
  const words = wordList(base, part)
  if (words) words.disabled = isLocked
  const files = byId(`${base}-file`)
  if (files instanceof HTMLInputElement) files.disabled = isLocked
  for (const control of [...boxes(base), ...lists(base, part.shown ?? 0)]) control.disabled = isLocked
}
