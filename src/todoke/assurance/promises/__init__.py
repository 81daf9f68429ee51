"""措置: every sentence by which the assessment binds somebody, as data (`texts/*.toml`), and what shows it (`evidence`)."""

from todoke.assurance.promises.promise import Answer, File, Maker, Promise, System
from todoke.assurance.promises.reading import answers, promises

__all__ = ["Answer", "File", "Maker", "Promise", "System", "answers", "promises"]
