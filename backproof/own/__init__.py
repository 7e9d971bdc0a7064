"""Somebody's own network, read by its conventions: trials in, a verdict out."""
