package dev.outpost.benchmarks;

/**
 * What a figure is allowed to be.
 *
 * @param atMost whether less is better
 * @param bound the least or the most
 */
record Budget(boolean atMost, double bound) {

    static Budget atMost(double bound) {
        return new Budget(true, bound);
    }

    static Budget atLeast(double bound) {
        return new Budget(false, bound);
    }

    /** For people: the budget, and whether the value keeps to it. */
    String verdict(double value) {
        boolean met = atMost ? value <= bound : value >= bound;
        return "budget " + (atMost ? "<= " : ">= ") + Report.number(bound) + ": " + (met ? "met" : "NOT MET");
    }
}
