"""`isnad bench entities` times a transformers model and a bare loop over the same batches, in one run."""

import json

from click.testing import CliRunner
from tests.unit.isnad_entities.pretrained.tiny_model import write_model

from isnad_cli.bench.command import bench


def test_the_report_counts_what_both_were_given(tmp_path):
    model = write_model(tmp_path / "model", ["O", "B-PER"], {"محمد": "B-PER", "قال": "O", ".": "O"})
    articles = [
        {"source": "a", "url": f"https://a.example/{n}", "title": "محمد", "body": "قال محمد." * n} for n in (1, 2)
    ]
    corpus = tmp_path / "corpus.jsonl"
    corpus.write_text("".join(json.dumps(article) + "\n" for article in articles))
    result = CliRunner().invoke(
        bench,
        ["entities", "--corpus", str(corpus), "--transformers", str(model), "--repeat", "1"],
        catch_exceptions=False,
    )
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout)["transformers"]
    # 1 + 2 words and 1 + 4; with [CLS] and [SEP], filled up to the longest (4 words, 2 marks, 2) in a batch of four.
    assert (report["articles"], report["words"], report["subwords"]) == (2, 8, 4 * 8)
    assert report["device"] == "CPUExecutionProvider"
    for clock in ("cpu", "clock"):
        assert report["words_per_second"][clock] > 0
        assert report["share_of_bare"][clock] > 0
