"""Cold starts as whole processes: the bare interpreter, `monitor --help`, `monitor demo`.

    python benchmarks/start.py [RUNS]

Prints median wall and CPU seconds, and the ratio to `python -c "import typer"`, which any command of this kind pays.
"""

import resource
import statistics
import subprocess
import sys
import tempfile
import time

COMMANDS = {
    "python -c pass": ["-c", "pass"],
    "import typer": ["-c", "import typer"],
    "monitor --help": ["-m", "monitor", "--help"],
    "monitor demo (first)": ["-m", "monitor", "demo"],
}


def timed(arguments: list[str]) -> tuple[float, float]:
    """Wall and CPU seconds of one process in an empty folder."""
    with tempfile.TemporaryDirectory() as folder:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        start = time.perf_counter()
        subprocess.run([sys.executable, *arguments], cwd=folder, stdout=subprocess.DEVNULL, check=True)
        wall = time.perf_counter() - start
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    rows = {name: [timed(arguments) for _ in range(runs)] for name, arguments in COMMANDS.items()}
    medians = {name: [statistics.median(column) for column in zip(*row, strict=True)] for name, row in rows.items()}
    peer = medians["import typer"][0]
    for name, (wall, cpu) in medians.items():
        print(f"{name:<22} wall {wall:6.2f} s   cpu {cpu:6.2f} s   {wall / peer:6.1f} x import typer")


if __name__ == "__main__":
    main()
