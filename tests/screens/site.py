"""One site's screens as a process of their own, as `todoke screens` runs them, on a port of the caller's choice."""

import sys

from todoke.sites.realms import Realm
from todoke.sites.serve import serve_screens

if __name__ == "__main__":
    serve_screens(Realm(sys.argv[1]), int(sys.argv[2]))
