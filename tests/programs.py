"""Programs that tests need and no Python package ships: found, or installed when we may, else the run says how."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

PACKAGES = {"chromium": ["chromium", "fonts-noto-cjk"], "softhsm2-util": ["softhsm2"]}
"""Program → Debian packages."""


def program(name: str) -> str:
    """Where the program is. As root on Debian it is installed when missing; otherwise the test fails, never skips."""
    found = shutil.which(name)
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        for step in (["update"], ["install", "-y", "--no-install-recommends", *PACKAGES[name]]):
            subprocess.run(["apt-get", *step], check=True, capture_output=True)
        found = shutil.which(name)
    if found is None:
        every = " ".join(package for packages in PACKAGES.values() for package in packages)
        pytest.fail(f"{name} is needed: sudo apt-get install --no-install-recommends {every}")
    return found
