"""Pure rules of the benefit: dated, cited, no Django."""
