"""From what a student typed to a mark: readers, equivalence, the grader, and its checks."""
