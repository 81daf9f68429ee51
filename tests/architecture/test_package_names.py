"""A package's module and a name that the package gives are never called alike, unless the module gives it: what is imported later wins.

Seen: `queries.held(…)` was a function until somebody imported `queries/held.py`.
"""

import importlib
import pkgutil
from pathlib import Path
from types import ModuleType

import pytest

import todoke

PACKAGES = sorted(
    found.name
    for found in pkgutil.walk_packages(todoke.__path__, "todoke.")
    if found.ispkg and ".migrations" not in found.name
)


@pytest.mark.parametrize("name", PACKAGES)
def test_no_module_hides_a_name(name: str) -> None:
    package = importlib.import_module(name)
    source = Path(str(package.__file__)).read_text(encoding="utf-8")
    for found in pkgutil.iter_modules(package.__path__):
        given = getattr(package, found.name, None)
        theirs = not isinstance(given, ModuleType) and given is not None
        assert not theirs or given.__module__ == f"{name}.{found.name}", f"{name}.{found.name}"
        assert f"def {found.name}(" not in source, f"{name} defines {found.name}, which is its module, too"
