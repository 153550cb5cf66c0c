"""Papers as LaTeX."""
