"""発送: from the printer to the post."""
