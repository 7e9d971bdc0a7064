"""backproof: is this hand-written neural-network mathematics right?"""

from backproof.api import check, parametrize_with_checks

__all__ = ["check", "parametrize_with_checks"]
