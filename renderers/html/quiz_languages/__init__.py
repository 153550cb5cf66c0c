"""The words that a page's script says, a module for each language."""
