// Marks the cases on standard input with a page's script, which gives its tools away.
import { readFileSync } from "node:fs"
import { pathToFileURL } from "node:url"

await import(pathToFileURL(process.argv[2]))
const { mark, written, readNumber, readAnswer, canonical, sha256, allowance, isIrreducible, ratioOf, readFormula, readWithConstant, complexNumbers } = globalThis.tools
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
  complex: ([text, workedOut]) => {
    const found = complexNumbers.read(text, workedOut)
    if ("refused" in found) return found.refused
    const parts = [found.real, found.imaginary].flatMap(({ value, slack }) => [written(value), written(slack)])
    return [...parts, complexNumbers.shown(found)]
  },
  formula: ([text, names, free]) => readWithConstant(text, names, free),
  digest: (value) => sha256(canonical(value)),
  allowance: ([limits, attempts, now]) => allowance(limits, attempts, now),
  irreducible: ([text, names]) => isIrreducible(ratioOf(readFormula(text, names), names).top, names.length),
}
const { task, cases } = JSON.parse(readFileSync(0, "utf-8"))
process.stdout.write(JSON.stringify(cases.map(tasks[task])))
