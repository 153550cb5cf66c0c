"""Question banks for Moodle."""
