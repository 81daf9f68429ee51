"""What an intermediary does, one verb a file."""
