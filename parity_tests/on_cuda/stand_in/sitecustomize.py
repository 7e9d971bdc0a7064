"""Python runs this at its start where the folder is on PYTHONPATH: the CPU takes CUDA's place."""

import stood_in

stood_in.begin()
