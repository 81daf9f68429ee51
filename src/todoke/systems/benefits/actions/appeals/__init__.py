"""不服の申出・審査請求: received with its days, drafted by one, answered by another who took no part in the decision."""
