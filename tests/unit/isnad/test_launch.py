"""Launching a stage: what is wrong with the installation ends it with 78 and a sentence."""

from isnad.errors import SetupError
from isnad.launch import launch
from isnad.settings import StageSettings


def never(*_):
    raise AssertionError("nothing may be built of wrong settings")


def test_a_setting_that_can_t_be_read_is_named(capsys):
    assert launch("trial", StageSettings, never, {"ISNAD_BATCH_SIZE": "many"}) == 78
    told = capsys.readouterr().err
    assert told.startswith("isnad-trial: ISNAD_BATCH_SIZE='many'")
    assert told.count("\n") == 1


def test_what_can_t_be_built_of_the_settings_is_told(capsys):
    def build(*_):
        raise SetupError("ISNAD_ELASTICSEARCH='es://x': write it as http://host:9200.")

    assert launch("trial", StageSettings, build, {}) == 78
    assert "isnad-trial: ISNAD_ELASTICSEARCH='es://x'" in capsys.readouterr().err


def test_the_stage_s_own_exit_status_is_returned():
    class Ended:
        def run(self):
            return 75

    assert launch("trial", StageSettings, lambda told, health: Ended(), {}) == 75
