"""税情報一括照会の画面: thin views, forms and templates."""
