"""The outcome of a gate, for a person, a machine, a CI server."""
