"""生成文書: the pages that are made from the code (docs/made)."""
