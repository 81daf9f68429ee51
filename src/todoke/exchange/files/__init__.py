"""Files to and from other systems of a realm: signed notes beside them, one folder a queue, sealed while they wait."""
