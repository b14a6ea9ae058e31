package dev.outpost.benchmarks;

import java.io.IOException;

/**
 * What a child JVM knows of the JVM that started it: standard output leads there, and standard input ends when the parent
 * does, however that comes about.
 */
final class Parent {

    private Parent() {}

    /** Tells the parent something: a word, and what belongs to it. */
    static void tell(String word, Object what) {
        System.out.println(word + " " + what);
        System.out.flush();
    }

    /** Waits until the parent wants this JVM no more. */
    static void awaitEnd() throws IOException {
        while (System.in.read() >= 0) {
            // the parent never writes
        }
    }

    /** Lets this JVM end with the parent, whatever its other threads do. */
    static void endWith() {
        Thread watch = new Thread(
                () -> {
                    try {
                        awaitEnd();
                    } catch (IOException e) {
                        System.err.println("standard input failed: " + e);
                    }
                    Runtime.getRuntime().halt(0);
                },
                "end-with-parent");
        watch.setDaemon(true);
        watch.start();
    }
}
