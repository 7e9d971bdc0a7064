"""What a class costs: one verdict a file, for 200 submissions of a two-layer network.

Run it with `pytest benchmarks/test_submissions.py --benchmark-enable -s`; without that option four
files are judged once, so that it cannot rot.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

NETWORKS = Path(__file__).parent.parent / "parity_tests" / "networks"
MOST_SECONDS = 60.0  # on two cores
VERDICTS = {  # twenty files of one class: functions, positional arrays, classes, own parameters
    **dict.fromkeys(
        [
            "planar_tanh",
            "digits_positional",
            "xor_class",
            "hidden_rate",
            "relu_softmax_batch",
            "gradient_method",
            "two_layer_loss_grads",
            "synaptic",
            "dict_class_rows_outside",
        ],
        "agree",
    ),
    **dict.fromkeys(
        [
            "no_mean",
            "squeezed_bias",
            "frozen_biases",
            "mean_twice",
            "cost_without_second_half",
            "half_of_the_mse",
            "wrong_sign",
            "output_updated_first",
            "double_sigmoid",
            "scalar_bias_gradient",
            "no_output_derivative",
        ],
        "differ",
    ),
}


@pytest.fixture
def submissions(request: pytest.FixtureRequest, tmp_path: Path) -> list[Path]:
    """Copies of the twenty, each with a line of its own, right and wrong ones in turn."""
    count = 200 if request.config.getoption("benchmark_enable") else 4
    names = sorted(VERDICTS)
    paths = []
    for k in range(count):
        name = names[k * 7 % len(names)]
        text = (NETWORKS / f"{name}.py").read_text(encoding="utf-8")
        paths.append(tmp_path / f"{k:03}-{name}.py")
        paths[-1].write_text(f"{text}\n# student {k}\n", encoding="utf-8")
    return paths


def verdicts(paths: list[Path], report: Path) -> list[str]:
    words = [sys.executable, "-m", "backproof", "check", *map(str, paths), "-j", "2"]
    done = subprocess.run([*words, "--json", str(report)], capture_output=True, check=False)
    assert done.returncode == 1, done.stderr
    return [target["verdict"] for target in json.loads(report.read_text())["targets"]]


def test_a_class_is_judged_in_a_minute(
    benchmark: Any, submissions: list[Path], tmp_path: Path
) -> None:
    expected = [VERDICTS[path.stem.partition("-")[2]] for path in submissions]
    found = benchmark.pedantic(
        verdicts, (submissions, tmp_path / "report.json"), rounds=1, iterations=1
    )
    assert found == expected
    if benchmark.enabled:
        assert benchmark.stats.stats.max < MOST_SECONDS
