"""Which AWS a team's stacks are deployed to on this machine."""

from enum import StrEnum

from kit.emulators.emulator import Emulator
from kit.emulators.localstack.emulator import LocalStack
from kit.emulators.ministack.emulator import MiniStack
from kit.emulators.moto.emulator import Moto


class Choice(StrEnum):
    """The emulators by their names on the command line; the first is the default."""

    MINISTACK = "ministack"
    LOCALSTACK = "localstack"
    MOTO = "moto"

    @property
    def emulator(self) -> type[Emulator]:
        """The class that starts it."""
        return {Choice.MINISTACK: MiniStack, Choice.LOCALSTACK: LocalStack, Choice.MOTO: Moto}[self]
