package dev.outpost.center;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Says which agents are meant, by what is known of them. Immutable; put together with {@link #and}, {@link #or} and {@link #not}:
 *
 * <pre>{@code
 * label("region", "eu").and(taskType("patch")).and(id("a-1").not())
 * }</pre>
 */
public final class AgentSelector {

    private final Predicate<AgentInfo> condition;
    private final String text;

    private AgentSelector(String text, Predicate<AgentInfo> condition) {
        this.text = text;
        this.condition = condition;
    }

    /** All agents. */
    public static AgentSelector all() {
        return new AgentSelector("all", agent -> true);
    }

    /** The agents with these ids. */
    public static AgentSelector id(String first, String... more) {
        Set<String> ids = new LinkedHashSet<>(List.of(more));
        ids.add(first);
        Set<String> all = Set.copyOf(ids);
        return new AgentSelector(
                more.length == 0 ? "id = " + first : "id in " + sorted(all), agent -> all.contains(agent.id()));
    }

    /** Agents that have the label with that value. */
    public static AgentSelector label(String name, String value) {
        return new AgentSelector(
                "label " + name + " = " + value,
                agent -> value.equals(agent.labels().get(name)));
    }

    /** Agents that have the label with one of the values. */
    public static AgentSelector labelIn(String name, Set<String> values) {
        Set<String> all = Set.copyOf(values);
        return new AgentSelector("label " + name + " in " + sorted(all), agent -> {
            String value = agent.labels().get(name);
            return value != null && all.contains(value);
        });
    }

    /** Agents that have the label, whatever its value. */
    public static AgentSelector hasLabel(String name) {
        return new AgentSelector("label " + name, agent -> agent.labels().containsKey(name));
    }

    /** Agents that said, when they connected last, that they have a handler for the task type. */
    public static AgentSelector taskType(String type) {
        return new AgentSelector("task type " + type, agent -> agent.taskTypes().contains(type));
    }

    /** Agents that are connected, or those that are lost. */
    public static AgentSelector connection(AgentInfo.Connection connection) {
        return new AgentSelector(connection.name(), agent -> agent.connection() == connection);
    }

    /** Agents that this one and the other one select. */
    public AgentSelector and(AgentSelector other) {
        return new AgentSelector(
                "(" + text + " and " + other.text + ")", agent -> matches(agent) && other.matches(agent));
    }

    /** Agents that this one or the other one selects. */
    public AgentSelector or(AgentSelector other) {
        return new AgentSelector(
                "(" + text + " or " + other.text + ")", agent -> matches(agent) || other.matches(agent));
    }

    /** Agents that this one does not select. */
    public AgentSelector not() {
        return new AgentSelector("not (" + text + ")", agent -> !matches(agent));
    }

    /** Whether the agent, as it is known now, is meant. */
    public boolean matches(AgentInfo agent) {
        return condition.test(agent);
    }

    /** For people: {@code (label region = eu and not (id = a-1))}. */
    @Override
    public String toString() {
        return text;
    }

    private static List<String> sorted(Set<String> values) {
        return values.stream().sorted().toList();
    }
}
