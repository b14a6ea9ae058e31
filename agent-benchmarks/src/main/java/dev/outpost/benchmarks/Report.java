package dev.outpost.benchmarks;

import java.io.PrintStream;
import java.util.Locale;

/** Prints results: a title, each side, and what came of the budgets. */
final class Report {

    private final PrintStream out;

    Report(PrintStream out) {
        this.out = out;
    }

    void title(String title) {
        out.println();
        out.println(title);
    }

    /** What was measured of one side. */
    void side(String name, String figures) {
        out.printf("  %-28s %s%n", name, figures);
    }

    /** A value that has a budget. */
    void verdict(String name, double value, Budget budget) {
        out.printf("  %-28s %-12s %s%n", name, number(value), budget.verdict(value));
    }

    /** As many digits as it takes to judge: 2.31, 48.7, 1,234,567. */
    static String number(double value) {
        double size = Math.abs(value);
        String format = size >= 100 || value == Math.rint(value) ? "%,.0f" : size >= 10 ? "%.1f" : "%.2f";
        return String.format(Locale.ROOT, format, value);
    }
}
