"""公開の状況照会: pages for everybody, served by a site of their own (`todoke.sites.public`), never among the staff's."""
