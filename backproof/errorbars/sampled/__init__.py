"""Error bars of any computation: it is run again and again, with the roundings of a candidate.

noise.py       the mode under which every aten operation rounds as the candidate's would
operations.py  which class an operation belongs to, and what is refused, with the reason
local.py       the rounding error that one operation makes, by its class
samples.py     how many runs there are, and what is made of their spread
"""

from backproof.errorbars.sampled.samples import Sampled, sampled

__all__ = ["Sampled", "sampled"]
