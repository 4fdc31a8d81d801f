"""What all tests share."""

import atexit

from flows import quiet_exit

atexit.register(quiet_exit)
