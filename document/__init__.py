"""The closed vocabulary that every room speaks.

Rich text, values, formulas, answers and how a response is marked, the exam that renderers
write, and `Problem`, a mistake with its place. Standard library only.
"""
