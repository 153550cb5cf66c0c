/** Starts a page, which can be read and printed without this as well. */
import { Practice } from "./practice.mjs"
import { dataOfPage } from "./frame.mjs"

new Practice(dataOfPage()).open()
