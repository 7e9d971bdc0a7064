"""What a training step costs: NumPy, PyTorch and others, timed only where they are right."""
