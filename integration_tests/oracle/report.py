"""Counts what holds and what does not, and prints tables."""

from __future__ import annotations


class Report:
    def __init__(self) -> None:
        self.passed = 0
        self.failed: list[str] = []

    def check(self, title: str, problems: list[str]) -> bool:
        """Prints a line, and each problem below it."""
        if problems:
            self.failed.append(title)
            print(f"  FAILED  {title}")
            for problem in problems[:10]:
                print(f"          {problem[:1000]}")
        else:
            self.passed += 1
            print(f"  ok      {title}")
        return not problems

    def table(self, header: list[str], rows: list[tuple[list[str], list[str]]]) -> None:
        """A line for each stream, and its problems; each counts. The first cell is the stream's name."""
        lines = [header, *(cells for cells, _ in rows)]
        widths = [max(len(line[i]) for line in lines) for i in range(len(header))]
        for line in lines:
            print("  " + "  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip())
        for cells, problems in rows:
            if problems:
                self.check(cells[0], problems)
            else:
                self.passed += 1

    def end(self) -> int:
        print(f"\n{self.passed} passed, {len(self.failed)} failed")
        return 1 if self.failed else 0
