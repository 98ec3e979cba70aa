"""Killed or cut off at any statement of any act, a request goes on and ends as if nothing had happened."""

import random
from collections.abc import Callable

import pytest

from tests.faults.world import Sale, World, check_whole

LONGEST = 120
"""More boundaries than any act has."""


def lengths(world: World) -> tuple[Sale, dict[str, int]]:
    """Run a sale undisturbed; return it and how many boundaries each act has."""
    sale, counted = Sale(world, "K-0"), {}
    for name, act, _ in sale.acts():
        world.switch.count()
        act()
        counted[name] = world.switch.passed
    world.switch.count()
    return sale, counted


def each_act_once(interrupt: Callable[[Callable[[], None], int], bool], number: int):
    """Interrupt every act once, at its boundary *number*."""
    done = set()

    def disturb(name: str, act: Callable[[], None]) -> bool:
        if name in done:
            return False
        done.add(name)
        return interrupt(act, number)

    return disturb


def each_act_often(world: World, chance: random.Random, counted: dict[str, int], most: int):
    """Kill every act at random boundaries, up to *most* times before it is let through."""
    left: dict[str, int] = {}

    def disturb(name: str, act: Callable[[], None]) -> bool:
        left.setdefault(name, chance.randint(0, most))
        if left[name] == 0:
            return False
        left[name] -= 1
        return world.kill_in(act, chance.randint(1, counted[name]))

    return disturb


@pytest.mark.kill
def test_a_sale_survives_kills_at_statements_of_every_act(world):
    chance = random.Random()
    first, counted = lengths(world)
    sale = Sale(world, "K-1")

    sale.run(each_act_often(world, chance, counted, most=2))

    check_whole(world, [first, sale])


def test_a_sale_survives_the_loss_of_the_database_at_statements_of_every_act(world):
    first, _ = lengths(world)
    sales = [first]
    for number in random.sample(range(1, 30), 3):
        sales.append(Sale(world, f"K-{number}"))

        sales[-1].run(each_act_once(world.fail_in, number))

    check_whole(world, sales)


@pytest.mark.proof
@pytest.mark.timeout(3600)
def test_a_sale_survives_the_loss_of_the_database_at_any_statement_of_any_act(world):
    first, _ = lengths(world)
    sales = [first]
    for number in range(1, LONGEST):
        sales.append(Sale(world, f"K-{number}"))

        sales[-1].run(each_act_once(world.fail_in, number))

    check_whole(world, sales)


@pytest.mark.kill
@pytest.mark.proof
@pytest.mark.timeout(7200)
def test_sales_survive_a_kill_at_any_statement_and_2600_kills_altogether(world):
    chance = random.Random()
    first, counted = lengths(world)
    sales = [first]
    for number in range(1, LONGEST):
        sales.append(Sale(world, f"K-{number}"))
        sales[-1].run(each_act_once(world.kill_in, number))
    check_whole(world, sales)

    while world.kills < 2600:
        sales.append(Sale(world, f"R-{len(sales)}"))
        sales[-1].run(each_act_often(world, chance, counted, most=6))

    check_whole(world, sales)
    print(f"{world.kills} kills, {len(sales)} sales")
