"""Runs the tests of static/js/lib with the node that Playwright brings along."""

import subprocess
from pathlib import Path

import playwright
import pytest

HERE = Path(__file__).parent
NODE = Path(playwright.__file__).parent / "driver" / "node"


@pytest.mark.parametrize("path", sorted(HERE.glob("*.test.mjs")), ids=lambda path: path.name)
def test_module(path):
    result = subprocess.run([NODE, "--test", path], capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "\nℹ fail 0\n" in result.stdout or "\n# fail 0\n" in result.stdout
