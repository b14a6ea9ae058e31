package dev.outpost.agent;

import java.util.List;
import java.util.stream.Collectors;

/** The settings given to a builder cannot work. Lists all that is wrong, not only the first. */
public final class ConfigurationException extends AgentException {

    private static final long serialVersionUID = 1L;

    private final transient List<Problem> problems;

    /** With all problems. */
    public ConfigurationException(List<Problem> problems) {
        super(problems.stream()
                .map(problem -> "\n  " + problem)
                .collect(Collectors.joining("", problems.size() + " bad setting(s):", "")));
        this.problems = List.copyOf(problems);
    }

    /** All problems, in the order of the builder's methods. */
    public List<Problem> problems() {
        return problems;
    }

    /**
     * One bad setting.
     *
     * @param setting the builder's method
     * @param value what it was given
     * @param allowed what it may be given
     */
    public record Problem(String setting, String value, String allowed) {
        @Override
        public String toString() {
            return setting + " is " + value + "; allowed is " + allowed;
        }
    }
}
