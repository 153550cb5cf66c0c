"""Figures drawn from the numbers of a variant: a registry of drawings, and how one becomes a file.

Figures speak symbols, not words, so that they suit a question in any language; what they show is
said in the question's alternative text.
"""
