import sys

from kit import interruption

interruption.listen()
try:
    from kit.cli import main  # takes a second, in which Ctrl-C works as well
except KeyboardInterrupt:
    sys.exit(interruption.EXIT_CODE)
main()
