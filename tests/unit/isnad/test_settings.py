"""Settings of the services from the environment."""

import pytest

from isnad.errors import SetupError
from isnad.settings import StageSettings, load


def test_variables_fill_the_fields() -> None:
    """Each by its type; what is not given has its default."""
    told = load(StageSettings, {"ISNAD_KAFKA": "a:1, b:2", "ISNAD_BATCH_SIZE": "7", "HOME": "/"})
    assert (str(told.kafka), told.batch_size, told.batch_seconds) == ("a:1,b:2", 7, 0.1)


@pytest.mark.parametrize("wrong", ["localhost:abc", "[::1", "", "localhost"])
def test_what_is_no_address_of_kafka_is_told_at_the_start(wrong: str) -> None:
    """The variable, what it holds, and the form that is expected."""
    with pytest.raises(SetupError) as refused:
        load(StageSettings, {"ISNAD_KAFKA": wrong})
    assert str(refused.value) == (
        f"ISNAD_KAFKA: {wrong!r} is no address of Kafka; write host:port[,host:port], as in 127.0.0.1:9092. "
        "Correct the variable or unset it."
    )


def test_what_is_no_number_is_told_at_the_start() -> None:
    """The variable, what it holds, and what to do."""
    with pytest.raises(SetupError, match=r"^ISNAD_BATCH_SIZE='many': .*Correct the variable or unset it\.$"):
        load(StageSettings, {"ISNAD_BATCH_SIZE": "many"})


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("ISNAD_BATCH_SIZE", "0"),
        ("ISNAD_BATCH_SIZE", "-5"),
        ("ISNAD_BATCH_SECONDS", "inf"),
        ("ISNAD_WATCHDOG_SECONDS", "nan"),
        ("ISNAD_WATCHDOG_SECONDS", "0"),
        ("ISNAD_SESSION_SECONDS", "-1"),
        ("ISNAD_HEALTH_PORT", "70000"),
        ("ISNAD_PARTITIONS", "0"),
        ("ISNAD_PARTITIONS", "99999999999999999999"),
        ("ISNAD_POISON_SHARE", "2"),
        ("ISNAD_POISON_WINDOW", "0"),
    ],
)
def test_a_value_with_which_nothing_would_go_on_is_refused_at_the_start(variable: str, value: str) -> None:
    """A stage that takes no record, or a watchdog that never looks, would only be noticed much later."""
    with pytest.raises(SetupError, match=variable):
        load(StageSettings, {variable: value})


def test_no_limit_is_a_value_where_it_says_so() -> None:
    told = load(StageSettings, {"ISNAD_POISON_ROW": "0", "ISNAD_POISON_SHARE": "0", "ISNAD_HEALTH_PORT": "0"})
    assert (told.poison_row, told.poison_share, told.health_port) == (0, 0.0, 0)
