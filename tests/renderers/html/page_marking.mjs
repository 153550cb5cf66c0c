// Marks the cases on standard input with the page's own modules.
import { readFileSync } from "node:fs"
import { pathToFileURL } from "node:url"

const modules = pathToFileURL(`${process.argv[2]}/`)
const load = (name) => import(new URL(`${name}.mjs`, modules))
const [{ mark }, { written }, { readNumber }, { canonical, sha256 }, store] = await Promise.all(
  ["marking", "exact", "numbers", "digest", "store"].map(load),
)
await load("formulas")
const tasks = {
  mark: ([key, response, earlier, met]) => {
    const found = mark(key, response, earlier ?? [], met ?? null)
    return { ...found, credit: found.credit && written(found.credit) }
  },
  number: (text) => {
    const found = readNumber(text)
    return "refused" in found ? found.refused : written(found)
  },
  digest: (value) => sha256(canonical(value)),
  allowance: ([limits, attempts, now]) => store.allowance(limits, attempts, now),
}
const { task, cases } = JSON.parse(readFileSync(0, "utf-8"))
process.stdout.write(JSON.stringify(cases.map(tasks[task])))
