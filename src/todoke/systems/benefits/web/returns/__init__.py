"""返戻 on screen: the scan loop, the queue for sending again, and the last days of deficiency letters."""
