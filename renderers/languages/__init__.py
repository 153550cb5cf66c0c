"""The words that papers and pages add to questions, a module for each language."""
