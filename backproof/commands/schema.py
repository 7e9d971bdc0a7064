"""`backproof schema`."""


def schema() -> int:
    """Print the JSON Schema of what --json writes."""
    from importlib.resources import files

    text = files("backproof.report").joinpath("schema.json").read_text("utf-8")
    print(text, end="")  # noqa: T201
    return 0
