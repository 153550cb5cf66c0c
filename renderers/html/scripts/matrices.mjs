/**
 * Linear algebra in exact fractions.
 * @typedef {import("./exact.mjs").Fraction} Fraction
 */
import { minus, negative, ONE, over, times, ZERO } from "./exact.mjs"

/** Gauss and Jordan on the first so many columns. @type {(rows: Fraction[][], columns: number) => {rows: Fraction[][], rank: number, determinant: Fraction}} */
function eliminated(rows, columns) {
  const work = rows.map((row) => [...row])
  let [rank, determinant] = [0, ONE]
  for (let column = 0; column < columns && rank < work.length; column += 1) {
    const found = work.findIndex((row, line) => line >= rank && row[column].top)
    if (found < 0) {
      determinant = ZERO
      continue
    }
    if (found !== rank) {
      ;[work[rank], work[found]] = [work[found], work[rank]]
      determinant = negative(determinant)
    }
    const pivot = work[rank][column]
    determinant = times(determinant, pivot)
    const row = work[rank].map((each) => over(each, pivot))
    work[rank] = row
    for (let line = 0; line < work.length; line += 1) {
      const factor = work[line][column]
      if (line !== rank && factor.top) work[line] = work[line].map((each, place) => minus(each, times(factor, row[place])))
    }
    rank += 1
  }
  return { rows: work, rank, determinant }
}

/** @type {(rows: Fraction[][]) => Fraction} */
export const determinant = (rows) => eliminated(rows, rows.length).determinant

/** @type {(rows: Fraction[][]) => number} */
export const rankOf = (rows) => eliminated(rows, rows[0].length).rank

/** The inverse, or null where there is none. @type {(rows: Fraction[][]) => Fraction[][] | null} */
export function inverted(rows) {
  const size = rows.length
  const beside = rows.map((row, line) => [...row, ...row.map((_, place) => (place === line ? ONE : ZERO))])
  const found = eliminated(beside, size)
  return found.rank < size ? null : found.rows.map((row) => row.slice(size))
}
