"""発送 on screen: from the printer to the post, by two people."""
