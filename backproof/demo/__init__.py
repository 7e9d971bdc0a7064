"""Exercises: small stand-alone networks as text, right ones and ones with a chosen mistake."""

from backproof.demo.exercise import DEMONSTRATED, RANDOM, RIGHT, STYLES, exercise
from backproof.demo.writing import write

__all__ = ["DEMONSTRATED", "RANDOM", "RIGHT", "STYLES", "exercise", "write"]
