"""Every number that names a person, household, office or message: parse, check digit, mask, mint."""
