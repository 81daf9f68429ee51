"""確認 (checks): small named functions over the running site. Each yields what is broken; nothing means held."""

from todoke.assurance.checks.check import CHECKS, Check, NotShown, State, Verdict
from todoke.assurance.checks.site import Site

__all__ = ["CHECKS", "Check", "NotShown", "Site", "State", "Verdict"]
