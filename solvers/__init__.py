"""Parameter values to named answers, by two independent routes; one module a topic."""
