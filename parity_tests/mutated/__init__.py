"""Damaged inputs of every kind: each is read, or refused with a sentence."""
