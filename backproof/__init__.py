"""backproof: is this hand-written neural-network mathematics right?"""

from backproof.api import assert_close, check, expect, parametrize_with_checks

__all__ = ["assert_close", "check", "expect", "parametrize_with_checks"]
