"""The shipped bank: one folder a topic."""
