"""What the device is, and what is installed: python -m parity_tests.on_cuda.machine FILE."""

import json
import subprocess
import sys
from collections.abc import Mapping
from importlib.metadata import distributions
from pathlib import Path

import torch

from backproof.report.model import environment

ASKED = (
    "name",
    "driver_version",
    "memory.total",
    "clocks.sm",
    "clocks.max.sm",
    "clocks.mem",
    "power.limit",
    "temperature.gpu",
    "compute_mode",
)
PACKAGES = (
    "numpy", "torch", "triton", "safetensors", "typer", "rich", "pytest", "hypothesis",
    "jinja2", "matplotlib", "scikit-learn",
)  # fmt: skip


def by_driver() -> dict[str, str]:
    """Return what the driver's own tool says of the device; nothing where there is none."""
    command = ["nvidia-smi", f"--query-gpu={','.join(ASKED)}", "--format=csv,noheader"]
    try:
        said = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        return {"nvidia-smi": f"{type(error).__name__}: {error}"}
    return dict(zip(ASKED, said.stdout.splitlines()[0].split(", "), strict=True))


def by_torch() -> dict[str, str]:
    """Return what torch says of the device."""
    device = torch.cuda.get_device_properties(0)
    return {
        "name": device.name,
        "compute capability": f"{device.major}.{device.minor}",
        "multiprocessors": str(device.multi_processor_count),
        "memory": f"{device.total_memory / 2**30:.1f} GiB",
        "cuda": str(torch.version.cuda),
        "cudnn": str(torch.backends.cudnn.version()),  # type: ignore[no-untyped-call]
        "float32 products": torch.get_float32_matmul_precision(),
        "convolutions in TF32": str(torch.backends.cudnn.allow_tf32),
    }


def installed() -> dict[str, str]:
    """Return the versions of the packages that matter."""
    found = {one.metadata["Name"].lower(): one.version for one in distributions()}
    return {name: found.get(name, "not installed") for name in PACKAGES}


def machine() -> Mapping[str, Mapping[str, str]]:
    """Return all of it."""
    return {
        "environment": environment(),
        "driver": by_driver(),
        "device": by_torch(),
        "packages": installed(),
    }


if __name__ == "__main__":
    text = json.dumps(machine(), indent=1)
    Path(sys.argv[1]).write_text(text + "\n", "utf-8")
    print(text)
