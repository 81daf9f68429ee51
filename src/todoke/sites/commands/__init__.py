"""The verbs of `todoke` that belong to a site and not to one system, a module per group; thin over actions."""
