// Marks the cases on standard input with a page's script, which gives its tools away.
import { readFileSync } from "node:fs"
import { pathToFileURL } from "node:url"

await import(pathToFileURL(process.argv[2]))
const { mark, written, readNumber, readAnswer, canonical, sha256, allowance, isIrreducible, ratioOf, readFormula, readWithConstant } = globalThis.tools
const tasks = {
  mark: ([key, response, earlier, met]) => {
    const found = mark(key, response, earlier ?? [], met ?? null)
    return { ...found, credit: found.credit && written(found.credit) }
  },
  number: (text) => {
    const found = readNumber(text)
    return "refused" in found ? found.refused : written(found)
  },
  answer: ([text, workedOut]) => {
    const found = readAnswer(text, workedOut)
    return "refused" in found ? found.refused : [written(found.value), written(found.slack)]
  },
  formula: ([text, names, free]) => readWithConstant(text, names, free),
  digest: (value) => sha256(canonical(value)),
  allowance: ([limits, attempts, now]) => allowance(limits, attempts, now),
  irreducible: ([text, names]) => isIrreducible(ratioOf(readFormula(text, names), names).top, names.length),
}
const { task, cases } = JSON.parse(readFileSync(0, "utf-8"))
process.stdout.write(JSON.stringify(cases.map(tasks[task])))
