"""The bulk tax query (税情報一括照会)."""
