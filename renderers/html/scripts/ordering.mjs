/**
 * Items to be put in order: by buttons, by dragging, or by the letters in the lists below them.
 */
import { made, phrased } from "./controls.mjs"

/**
 * @param {HTMLElement} group
 * @param {Record<string, string>} words
 */
export function makeMovable(group, words) {
  const box = group.querySelector(".letters")
  if (!(box instanceof HTMLElement)) return
  const rows = [...box.children].filter((each) => each instanceof HTMLElement)
  const lists = [...group.querySelectorAll("select")]
  const tell = made("p", { class: "unseen", role: "status" })
  group.append(tell)
  const order = () => [...box.children].map((row) => rows.findIndex((each) => each === row))

  /** Writes the order of the items into the lists. */
  const settle = () => {
    order().forEach((item, place) => (lists[place].selectedIndex = item + 1))
    lists[0].dispatchEvent(new Event("change", { bubbles: true }))
  }
  /** Puts the items in the order of the lists, where these hold one. */
  const follow = () => {
    const given = lists.map((list) => list.selectedIndex - 1)
    const whole = new Set(given).size === rows.length && !given.includes(-1)
    box.append(...(whole ? given.map((item) => rows[item]) : rows))
  }
  /** @type {(row: HTMLElement, step: number) => void} */
  const move = (row, step) => {
    const place = [...box.children].indexOf(row)
    const goal = Math.max(0, Math.min(rows.length - 1, place + step))
    const neighbour = box.children[goal]
    if (goal > place) neighbour.after(row)
    if (goal < place) neighbour.before(row)
    settle()
    tell.textContent = phrased(words.moved, row.querySelector(".letter")?.textContent ?? "", goal + 1)
  }
  for (const row of rows) row.append(moveButtons(row, move, words))
  makeDraggable(box, rows, settle)
  for (const list of lists) list.addEventListener("change", follow)
  group.closest(".part, .question")?.addEventListener("filled", follow)
  follow()
}

/** @type {(row: HTMLElement, move: (row: HTMLElement, step: number) => void, words: Record<string, string>) => HTMLElement} */
function moveButtons(row, move, words) {
  const letter = row.querySelector(".letter")?.textContent ?? ""
  /** @type {(sign: string, label: string, step: number) => HTMLElement} */
  const button = (sign, label, step) => {
    const found = made("button", { type: "button", class: "move", "aria-label": phrased(label, letter) }, sign)
    found.addEventListener("click", () => {
      move(row, step)
      found.focus()
    })
    return found
  }
  return made("span", { class: "moves" }, button("↑", words.up, -1), button("↓", words.down, 1))
}

/** @type {(box: HTMLElement, rows: HTMLElement[], settle: () => void) => void} */
function makeDraggable(box, rows, settle) {
  for (const row of rows) {
    const handle = row.querySelector(".letter")
    if (!(handle instanceof HTMLElement)) continue
    handle.classList.add("handle")
    handle.addEventListener("pointerdown", (event) => {
      if (box.closest("fieldset")?.querySelector("select")?.disabled) return
      event.preventDefault()
      row.classList.add("dragged")
    })
    // Of the document, since a row that is moved within it gives up what it has captured.
    document.addEventListener("pointermove", (event) => {
      if (!row.classList.contains("dragged")) return
      const others = [...box.children].filter((each) => each !== row)
      const after = others.find((each) => {
        const place = each.getBoundingClientRect()
        return event.clientY < place.top + place.height / 2
      })
      if (after !== row.nextElementSibling) box.insertBefore(row, after ?? null)
    })
    const drop = () => {
      if (!row.classList.contains("dragged")) return
      row.classList.remove("dragged")
      settle()
    }
    document.addEventListener("pointerup", drop)
    document.addEventListener("pointercancel", drop)
  }
}
