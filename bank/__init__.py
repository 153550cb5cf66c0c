"""Questions and exams as authors write them: models, YAML with places, markup, checks."""
