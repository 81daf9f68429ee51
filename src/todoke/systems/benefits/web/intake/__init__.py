"""受付 on screen: the scan loop."""
