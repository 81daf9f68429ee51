"""転記 on screen: the picture of a sheet beside a ten-key form."""
