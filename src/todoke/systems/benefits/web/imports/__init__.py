"""取込の画面: five steps, differences, second confirmation, editions, who has no tax answer, shares."""
