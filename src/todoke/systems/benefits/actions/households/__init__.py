"""世帯と住民: searched and read, for a purpose."""
