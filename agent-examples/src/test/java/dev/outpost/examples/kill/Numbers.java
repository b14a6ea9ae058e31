package dev.outpost.examples.kill;

/** Numbers that name a record over all lives: which life, and the how manieth of it, from 1. */
final class Numbers {

    private static final long PER_LIFE = 10_000_000;

    private Numbers() {}

    static long of(int life, long index) {
        return life * PER_LIFE + index;
    }

    static int lifeOf(long number) {
        return (int) (number / PER_LIFE);
    }

    static int indexOf(long number) {
        return (int) (number % PER_LIFE);
    }

    static String text(long number) {
        return "life " + lifeOf(number) + " record " + indexOf(number);
    }
}
