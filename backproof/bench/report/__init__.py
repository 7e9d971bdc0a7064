"""Files that a run of the benchmarks is written to: one module a format."""
