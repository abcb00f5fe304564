"""The command starts without what it does not need."""

import subprocess
import sys

RUN = "import click.testing, isnad_dedup.offline.command as c; click.testing.CliRunner().invoke(c.dedup, {arguments})"
FILES = ["--input", "-", "--output", "-"]


def loaded_after(code: str) -> list[str]:
    code = f"import sys; {code}; print(*sys.modules)"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()


def test_compiled_code_is_there_without_scipy_which_others_can_still_load():
    start = "from isnad_dedup.quick_start import load_compiler; load_compiler()"
    loaded = loaded_after(f"{start}; print('loaded before:', 'scipy' in sys.modules); import scipy")
    assert loaded[:3] == ["loaded", "before:", "False"]
    assert {"numba.np.arraymath", "scipy"} <= set(loaded)


def test_a_run_over_lines_loads_no_library_that_it_does_not_need():
    loaded = loaded_after(RUN.format(arguments=FILES))
    assert "isnad_dedup.matching.matcher" in loaded
    assert {"aiokafka", "asyncio", "cffi", "faust", "pyarrow", "scipy"}.isdisjoint(loaded)


def test_the_help_loads_no_compiler():
    assert "numba" not in loaded_after(RUN.format(arguments=["--help"]))
