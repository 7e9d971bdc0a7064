"""backproof: is this hand-written neural-network mathematics right?"""
