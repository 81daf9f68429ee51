"""Staff and permissions: denied unless declared."""
