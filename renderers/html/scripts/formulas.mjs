/** Typed formulas for pages that ask for one: what `formula_hooks` leaves open is filled here. */
import { formulas } from "./formula_hooks.mjs"
import { readWithConstant } from "./formula_constants.mjs"
import { shownFormula } from "./formula_show.mjs"

formulas.read = readWithConstant
formulas.show = shownFormula
