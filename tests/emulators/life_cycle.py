"""What CloudFormation's life cycle does on an emulator: a small probe for each behaviour that a team relies on."""

from tests.emulators import keeping, refusals, updates

BEHAVIOURS = (*keeping.BEHAVIOURS, *refusals.BEHAVIOURS, *updates.BEHAVIOURS)
