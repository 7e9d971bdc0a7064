"""The catalogue of known mistakes: each is a replaced step of the manual computation.

As mutants, they are what the judge must catch; as hypotheses, what it tries to explain by.
"""

from backproof.mistakes.catalogue import CATALOGUE, GROUPS, mistake_named
from backproof.mistakes.mistake import Mistake
from backproof.mistakes.watching import Pass, watched

__all__ = ["CATALOGUE", "GROUPS", "Mistake", "Pass", "mistake_named", "watched"]
