"""判定の理由: why a household gets the money or does not, in words."""
