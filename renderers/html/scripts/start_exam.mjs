/** Starts a page, which can be read and printed without this as well. */
import { Exam } from "./exam.mjs"
import { dataOfPage } from "./frame.mjs"

new Exam(dataOfPage()).open()
