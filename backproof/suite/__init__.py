"""A run: many targets, or many cases of one, each in a worker process."""
