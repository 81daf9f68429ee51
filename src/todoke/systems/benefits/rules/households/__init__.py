"""世帯と住民: how residents are found, compared and protected."""
