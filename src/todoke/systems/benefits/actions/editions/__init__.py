"""事業の改定: proposed, tried, approved."""
