"""控え (backup) of one realm's site: sealed for a key that is elsewhere, signed, copied off, restored from nothing (ADR 0031)."""
