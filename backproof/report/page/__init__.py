"""The parts of the HTML page: what it says, its figures, its template and its style."""
