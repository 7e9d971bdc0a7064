"""The command line.  Exit 2: a sentence on standard error says what went wrong."""

import contextlib
import os
import sys
from typing import Annotated, Any

import typer

from backproof import versions
from backproof.commands.bench import bench
from backproof.commands.check import check
from backproof.commands.compare import compare
from backproof.commands.demo import demo
from backproof.commands.gate import gate
from backproof.commands.mistakes import explain, mistakes
from backproof.commands.record import record
from backproof.commands.schema import schema
from backproof.errors import BackproofError
from backproof.report.lines import printable

COMMANDS = (check, gate, bench, mistakes, explain, demo, record, compare, schema)
# of a word that typer cannot read; the name of this class is not the same in all its versions
REFUSED: Any = next(c for c in reversed(typer.BadParameter.__mro__) if hasattr(c, "format_message"))
INTERRUPTED = 130  # what typer makes of Ctrl-C

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Is this hand-written neural-network mathematics right?  Compared with PyTorch, each "
    "number by its own error bar.",
)
for _command in COMMANDS:
    app.command()(_command)


def _show_versions(wanted: bool) -> None:
    if not wanted:
        return
    print(versions.in_words())  # noqa: T201
    raise typer.Exit


@app.callback()
def options(
    version: Annotated[  # noqa: ARG001
        bool,
        typer.Option(
            "--version", is_eager=True, callback=_show_versions, help="Show the versions, and stop."
        ),
    ] = False,
) -> None:
    """Take the options that belong to no command."""
    versions.refuse_old()


def main() -> None:
    """Run the command line; every error is one sentence and exit code 2."""
    if sys.stdout is None:  # closed by the caller, who wants the exit code only
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115
    try:
        code = app(standalone_mode=False)
        sys.stdout.flush()
    except BackproofError as error:
        code = _complain(str(error))
    except REFUSED as error:
        code = _complain(error.format_message())
    except OSError as error:
        code = _complain(f"Cannot write the output: {error.strerror}.")
    except (KeyboardInterrupt, typer.Abort):
        code = INTERRUPTED
    except SystemExit as end:  # so says rich when nobody reads its output any more
        code = 0 if end.code == 0 else _stop_writing()
    if code == INTERRUPTED:
        code = _complain("Interrupted: nothing was judged and nothing was written.")
    sys.exit(code)


def _complain(sentence: str) -> int:
    if sentence:
        print(f"backproof: {printable(sentence)}", file=sys.stderr)  # noqa: T201
    return _stop_writing()


def _stop_writing() -> int:
    """Drop what standard output could not take, so that Python does not complain at its end."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 2
