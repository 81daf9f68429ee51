"""統合番号連携システムの画面: thin views, forms and templates."""
