"""Every service ends alike when its installation is wrong, so that a supervisor's rule fits all of them."""

import subprocess
import sys

import pytest

from isnad_cli.local.services import SERVICES


@pytest.mark.parametrize("service", SERVICES)
def test_a_wrong_setting_is_exit_status_78_and_one_sentence(service: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", f"isnad_{service}"],
        env={"ISNAD_PARTITIONS": "several"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 78
    assert done.stderr.startswith(f"isnad-{service}: ISNAD_PARTITIONS='several'")
    assert done.stderr.count("\n") == 1
