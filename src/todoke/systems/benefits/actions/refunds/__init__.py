"""返還と辞退: claims by two people, what came, reminders, write-offs by two people, and declines that were asked again."""
