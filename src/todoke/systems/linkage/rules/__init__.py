"""Pure law of 統合番号連携システム: dated and cited, no Django."""
