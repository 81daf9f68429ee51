"""支給の後: appeals, declines, refunds, calls and the public page."""
