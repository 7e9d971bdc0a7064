"""Modules by name: where one is, whether it may be loaded, and what to do where it is missing."""

import importlib.machinery
import keyword
import os
import sys
from pathlib import Path
from typing import Any

from backproof.candidate.loading.words import word_set

UNWELCOME = word_set("antigravity code idlelib profile test this tkinter turtle turtledemo")
REAL = word_set("numpy scipy scipy.special")  # besides the standard library; anything else waits
PYTHON_2_MODULES = word_set(
    "ConfigParser Queue StringIO Tkinter __builtin__ cPickle cStringIO urllib2"
)
PACKAGES = {  # import -> what to install
    **{
        name: name
        for name in word_set(
            "autograd cupy dill h5py imageio jax keras matplotlib mlxtend nnfs numba pandas plotly "
            "scipy seaborn six tensorflow torch torchvision tqdm"
        )
    },
    "IPython": "ipython",
    "PIL": "pillow",
    "cv2": "opencv-python",
    "past": "future",
    "pylab": "matplotlib",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
}


def welcome(dotted: str) -> bool:
    """Return whether a module is loaded at once: the standard library, mostly, and NumPy."""
    top = dotted.split(".")[0]
    if top in sys.stdlib_module_names:
        return top not in UNWELCOME
    return top == "numpy" or dotted in REAL


def local_module(folder: Path, dotted: str) -> Path | None:
    """Return the file or folder of a module in a folder, as Python would choose."""
    parts = dotted.split(".") if dotted else []
    if any(not part.isidentifier() or keyword.iskeyword(part) for part in parts):
        return None
    place = folder.joinpath(*parts)
    if (place / "__init__.py").is_file():
        return place / "__init__.py"
    if parts and (file := place.with_name(f"{place.name}.py")).is_file():
        return file
    return place if place.is_dir() and any(place.glob("*.py")) else None


def beside(path: Path, top: str) -> bool:
    """Return whether a module is a file beside this one."""
    found = local_module(path.resolve().parent, top) if top else None
    return found is not None and found.is_file()


def installed(top: str) -> bool:
    """Return whether a package could be imported, the current folder aside; imports nothing."""
    if not top:
        return False
    here = os.path.realpath(os.getcwd())
    places = [place for place in sys.path if place and os.path.realpath(place) != here]
    try:
        return importlib.machinery.PathFinder.find_spec(top, places) is not None
    except (ImportError, ValueError):
        return False


def remedy(modules: list[str]) -> str:
    """Say what to do where modules are missing."""
    tops = {module.lstrip(".").split(".")[0] for module in modules}
    if tops <= PACKAGES.keys():
        return f"pip install {' '.join(sorted(PACKAGES[top] for top in tops))}"
    if tops <= PYTHON_2_MODULES:
        return "it is a module of Python 2; use its name in Python 3"
    return "put the file beside yours"


def public(space: dict[str, Any]) -> list[str]:
    """Return the names that a star import of a module brings."""
    listed = space.get("__all__")
    if isinstance(listed, list | tuple):
        return [name for name in listed if isinstance(name, str)]
    return [name for name in space if not name.startswith("_")]
