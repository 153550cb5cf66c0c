"""Derived values: definitions given to computer algebra, and evaluated as they stand by numbers."""
