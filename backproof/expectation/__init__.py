"""Any function or module of tensors, under error bars: backproof.expect and backproof.assert_close.

named.py        the tensors in nested arguments and results, by name
computation.py  a function with its inputs, run once: outputs and gradients, by name
expectation.py  what is expected of a candidate, and what comes of comparing one with it
"""

from backproof.expectation.expectation import Expectation, assert_close, expect

__all__ = ["Expectation", "assert_close", "expect"]
