"""`python -m backproof` and the command `backproof`."""


def main() -> None:
    """Run the command line.

    It is imported here and not above, because each worker process imports this module again.
    """
    from backproof.interrupts import wait_for_imports

    wait_for_imports()
    from backproof.cli import main as command_line

    command_line()


if __name__ == "__main__":
    main()
