"""Exams and question banks that can be trusted."""

__version__ = "0.1.0"
