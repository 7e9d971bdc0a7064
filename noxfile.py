"""The corners of what backproof is said to run with: see docs/versions.md.

nox -s "corners(corner='lowest')"    the tests with the versions of a corner, in an environment
nox -s packages                      wheel and sdist, installed where there is nothing else
"""

from pathlib import Path

import nox

nox.options.sessions = ["packages"]
nox.options.reuse_existing_virtualenvs = True
LOWEST = ("torch==2.11.0", "numpy==2.0.*", "typer==0.27.0", "rich==13.8.0", "safetensors==0.4.3")
CORNERS = {  # name -> Python, and what is installed beside the newest of all else
    "lowest": ("3.11", LOWEST),
    "device": ("3.12", ("torch==2.11.0", "numpy==2.5.*")),
    "pinned": ("3.11", ("--constraint", "constraints.txt")),
    "2.14": ("3.13", ("torch==2.14.*", "numpy==2.5.*")),
    "highest": ("3.14", ("torch==2.15.*", "numpy==2.5.*")),
}


@nox.session(python=False)
@nox.parametrize("corner", list(CORNERS))
def corners(session: nox.Session, corner: str) -> None:
    """Run the tests with the versions of a corner, on the Python that it names."""
    version, packages = CORNERS[corner]
    folder = Path(session.create_tmp()).resolve() / "environment"
    python = str(folder / "bin" / "python")
    session.run(f"python{version}", "-m", "venv", str(folder), external=True)
    install = (python, "-m", "pip", "install", "--quiet")
    session.run(*install, *packages, "--editable", ".[test]", external=True)
    session.run(python, "-m", "pytest", "-n", "2", env={"OMP_NUM_THREADS": "1"}, external=True)


@nox.session
@nox.parametrize("kind", ["wheel", "sdist"])
def packages(session: nox.Session, kind: str) -> None:
    """Build, install where there is no compiler and no extra, and judge the twins from there."""
    folder = Path(session.create_tmp()).resolve()
    no_compiler = {"CC": "/bin/false", "CXX": "/bin/false"}
    session.install("build", "--constraint", "constraints.txt")
    built = folder / kind
    session.run("python", "-m", "build", f"--{kind}", "--outdir", str(built), env=no_compiler)
    (package,) = built.iterdir()
    session.install(str(package), "--constraint", "constraints.txt", env=no_compiler)
    session.chdir(folder)
    session.run("backproof", "--version")
    session.run("backproof", "check")
    session.run("python", "-c", "from backproof import _ratios", success_codes=[1], silent=True)
