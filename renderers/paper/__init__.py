"""Papers by Typst: PDF without TeX, from the same document as every other format."""
