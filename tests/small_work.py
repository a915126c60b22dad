"""How Spark does small work soonest: every statement once, over a few rows."""

# To compile a statement, or to plan it twice, would take longer than to do it. The usual cache for
# compiled code is full after some ten runs in one process, and Java crawls from then on. Of two
# cores that tests share, one thread is enough to collect garbage.
JAVA = "-XX:-UseParallelGC -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=256m"
SMALL_WORK = {
    "spark.driver.extraJavaOptions": JAVA,
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.shuffle.partitions": "2",
}


def with_small_work(conf: str) -> str:
    """Return a job's ``--conf``, several settings in one, with those for small work."""
    return " --conf ".join([conf, *map("=".join, SMALL_WORK.items())])
