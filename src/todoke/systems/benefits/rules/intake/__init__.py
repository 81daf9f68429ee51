"""受付と転記: what comes in on paper, and how it is keyed."""
