"""The warnings of `qgen check`: what each says of a question, by the code that accepts it."""

from collections.abc import Mapping

WARNINGS: Mapping[str, str] = {
    "constant-truth": "whether an option is right is computed, and comes out alike every time",
    "wide-tolerance": "the tolerance accepts what is more than a tenth of the key away",
    "near-mistakes": "a mistake lies nearer to the key or to another one than two tolerances",
    "easy-condition": "the condition of 'accept_if' holds for zeros, or for all beside the example",
    "telling-digits": "the right option has another number of digits than all others",
    "telling-hint": "a hint holds the key",
    "no-right-option": "no option may be right, and the question does not say so",
    "alike-variants": "two variants with different values look the same to a student",
}
"""The one table of them. A question accepts one with a reason, under `accepted_warnings`."""
