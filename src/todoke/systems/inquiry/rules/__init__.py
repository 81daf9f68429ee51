"""Pure law of 税情報一括照会: dated and cited, no Django."""
