"""Allocate a backlog in Parquet files on Spark: LINES STOCK ALLOCATED."""

from __future__ import annotations

import sys

from pyspark.sql import SparkSession

from orderflow import AllocationPolicy, PartialAllocation
from orderflow.frames import allocate_lines


def main(lines: str, stock: str, allocated: str) -> None:
    """Read the lines and the stock, and write the lines with their units and statuses."""
    spark = SparkSession.builder.appName("orderflow").getOrCreate()
    never = AllocationPolicy(partial_allocation=PartialAllocation.NEVER)
    result = allocate_lines(spark.read.parquet(lines), spark.read.parquet(stock), never)
    result.write.parquet(allocated)
    spark.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
