/** Formulas for pages that ask for one: what `formula_hooks` leaves open is filled here. */
import { formulas } from "./formula_hooks.mjs"
import { formulaMark } from "./formula_marking.mjs"
import { readFormula } from "./formula_reader.mjs"
import { shownFormula } from "./formula_show.mjs"

formulas.read = readFormula
formulas.show = shownFormula
formulas.mark = formulaMark
