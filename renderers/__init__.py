"""Writers of exams, one module a format: `ExamDocument` in, files out.

Renderers are pure: no clock, no disk, no randomness. Each has `losses(item, …)`, which says what
its format cannot carry of a question, and `render(exam, options)`.
"""
