"""The gate of a CI: parity, sharpness and speed, against what was before."""
