"""Quizzes for Canvas."""
