"""Traces in a file, with what was expected of them: to be compared later, without torch."""
