"""Names for runs that were given none: an adjective, a noun and a number, as MLflow makes them."""

from __future__ import annotations

import os

__all__ = ["random_run_name"]

_ADJECTIVES = (
    "able agile amber ample apt azure bold brave bright brisk calm candid clear clever cosmic crisp curious daring "
    "deft eager early earnest even fair fleet fluent fond frank fresh gentle glad golden grand green handy happy "
    "hardy honest humble ideal jolly keen kind lively loyal lucid lucky mellow merry mild modest neat nimble noble "
    "open patient placid plucky polite prime proud quick quiet rapid ready serene sharp silent silver sleek smooth "
    "snug solid sound spry stable steady still sunny sure swift tidy tough true upbeat valiant vivid warm wise witty"
).split()
_NOUNS = (
    "ant ape auk bass bat bear bee bird boar bream bug bull calf carp cat chub clam cod colt coot cow crab crane crow "
    "cub deer dog dove duck eagle eel elk ewe fawn finch fish flea fly foal fox frog gnat goat goose grouse gull hare "
    "hart hawk hen heron hog horse hound ibis jay kite koi lamb lark lion lynx mare mink mole moth mouse mule newt "
    "owl ox perch pig pike pony pug quail ram rat rook seal shad shark sheep shrew shrimp skink sloth slug snail "
    "snake sole squid stag stork swan tern toad trout turtle vole wasp whale wolf wren yak"
).split()


def random_run_name() -> str:
    """Make a name such as `brave-otter-512`: lower case, at most 20 characters."""
    # Not `random`: a notebook that seeds it would give every run the same name.
    number = int.from_bytes(os.urandom(8))
    number, adjective = divmod(number, len(_ADJECTIVES))
    number, noun = divmod(number, len(_NOUNS))
    return f"{_ADJECTIVES[adjective]}-{_NOUNS[noun]}-{number % 1000}"
