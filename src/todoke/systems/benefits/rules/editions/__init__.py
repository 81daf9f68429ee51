"""事業の改定: how a programme is written down, checked and changed."""
