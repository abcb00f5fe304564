"""`isnad entities export`: make the ONNX file of a transformers model."""

from pathlib import Path

import click
from rich.console import Console

from isnad_entities.pretrained.needs import need


@click.command(epilog="Exit status: 0 done, 1 the model can't be used or exported (no folder is written).")
@click.argument("model")
@click.option(
    "--output",
    required=True,
    metavar="FOLDER",
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder to be made.",
)
@click.option("--revision", default="", metavar="NAME", help="Of a hub id: a branch, a tag or a commit.")
@click.option("--opset", type=click.IntRange(min=18), metavar="N", help="Of ONNX; 18 if not given.")
@click.option(
    "--int8",
    is_flag=True,
    help="Write model_quantized.onnx too: quicker on processors, and a little less exact. ISNAD_ENTITIES_MODEL_FILE "
    "chooses it.",
)
def export(model: str, output: Path, revision: str, opset: int | None, *, int8: bool) -> None:
    """Make the ONNX file of a transformers MODEL: a folder with torch's weights, or a hub id.

    Needs torch and onnxscript, which running the model does not. The graph is compared with the model on a sample
    before the folder is written.

    \b
    Examples:
      isnad entities export hatmimoha/arabic-ner --output models/arabic-ner
      ISNAD_ENTITIES_MODEL=models/arabic-ner isnad up
    """  # noqa: D301  click's mark for lines to be kept as they are
    need("transformers", "onnxruntime")
    need("torch", "onnxscript", how="pip install torch onnxscript")
    from isnad_entities.pretrained.export import OPSET, Wish
    from isnad_entities.pretrained.export import export as make

    console = Console(stderr=True)
    with console.status(f"{model} …") as status:
        wish = Wish(model, output, revision, opset or OPSET, int8)
        apart = make(wish, lambda doing: status.update(f"{model}: {doing} …"))
    click.echo(
        f"{output} is done; its numbers are the model's but for {apart:.1g}. Use it: ISNAD_ENTITIES_MODEL={output}",
        err=True,
    )
