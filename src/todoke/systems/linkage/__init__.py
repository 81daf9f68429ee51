"""Integrated numbers and the city's only 個人番号 (統合番号連携システム)."""
