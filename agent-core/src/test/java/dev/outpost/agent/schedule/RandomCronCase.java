package dev.outpost.agent.schedule;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * A well-formed expression, a zone and an instant, drawn so that clock changes, ends of months and matches are frequent.
 * Consecutive seeds go through all zones in turn.
 *
 * @param seed what makes this case again on the same JDK; other JDKs may know other zones
 */
record RandomCronCase(long seed, String expression, ZoneId zone, Instant after) {

    private static final Instant EARLIEST = Instant.parse("1900-01-01T00:00:00Z");
    private static final Instant LATEST = Instant.parse("2100-01-01T00:00:00Z");
    private static final List<String> ZONES = List.copyOf(new TreeSet<>(ZoneId.getAvailableZoneIds()));
    private static final ConcurrentMap<ZoneId, List<ZoneOffsetTransition>> CHANGES = new ConcurrentHashMap<>();

    static RandomCronCase of(long seed) {
        return new Draw(seed).cronCase();
    }

    @Override
    public String toString() {
        return "seed %d: '%s' in %s after %s (%s there)"
                .formatted(seed, expression, zone, after, LocalDateTime.ofInstant(after, zone));
    }

    private static List<ZoneOffsetTransition> changesOf(ZoneId zone) {
        List<ZoneOffsetTransition> changes = new ArrayList<>();
        ZoneRules rules = zone.getRules();
        ZoneOffsetTransition change = rules.nextTransition(EARLIEST);
        while (change != null && change.getInstant().isBefore(LATEST)) {
            changes.add(change);
            change = rules.nextTransition(change.getInstant());
        }
        return changes;
    }

    /** The drawing of one case. */
    private static final class Draw {

        private final long seed;
        private final Random random;
        private final ZoneId zone;
        private final Instant after;
        private final LocalDateTime local;

        Draw(long seed) {
            this.seed = seed;
            this.random = new Random(seed);
            this.zone = ZoneId.of(ZONES.get((int) Math.floorMod(seed, (long) ZONES.size())));
            this.after = instant();
            this.local = LocalDateTime.ofInstant(after, zone);
        }

        RandomCronCase cronCase() {
            String seconds = chance(6) ? value(0, 59, local.getSecond()) + " " : chance(25) ? "0 " : "";
            String expression = seconds
                    + field(0, 59, local.getMinute()) + " "
                    + field(0, 23, local.getHour()) + " "
                    + dayOfMonth() + " "
                    + (chance(80) ? "*" : month()) + " "
                    + dayOfWeek();
            return new RandomCronCase(seed, expression, zone, after);
        }

        private Instant instant() {
            List<ZoneOffsetTransition> changes = CHANGES.computeIfAbsent(zone, RandomCronCase::changesOf);
            if (changes.isEmpty() || chance(20)) {
                long span = LATEST.getEpochSecond() - EARLIEST.getEpochSecond();
                return EARLIEST.plusSeconds((long) (random.nextDouble() * span)).plusNanos(chance(50) ? 0 : nanos());
            }
            Instant change = changes.get(random.nextInt(changes.size())).getInstant();
            if (chance(15)) {
                return change.plusSeconds(between(-1, 1));
            }
            int hours = chance(70) ? 2 : 15;
            Instant near = change.plusSeconds(between(-hours * 3600, hours * 3600));
            return chance(50) ? near : near.plusNanos(nanos());
        }

        private String field(int first, int last, int around) {
            int n = between(1, chance(50) ? 6 : last - first + 1);
            return switch (random.nextInt(10)) {
                case 0, 1 -> "*";
                case 2 -> "*/" + n;
                case 3 -> value(first, last, around) + "/" + n;
                case 4 -> range(first, last);
                case 5 -> range(first, last) + "/" + n;
                case 6 -> value(first, last, around) + "," + value(first, last, around) + "," + range(first, last);
                case 7 -> value(first, last, around) + "," + (chance(50) ? "*" : between(first, last)) + "/" + n;
                default -> Integer.toString(value(first, last, around));
            };
        }

        private String dayOfMonth() {
            if (chance(55)) {
                return chance(50) ? "*" : "?";
            }
            String item = switch (random.nextInt(6)) {
                case 0 -> "L";
                case 1 -> "L-" + between(1, 30);
                case 2 -> chance(50) ? "LW" : "lw";
                case 3 -> value(1, 31, local.getDayOfMonth()) + "W";
                default -> field(1, 31, local.getDayOfMonth());
            };
            return chance(75) || item.equals("*") ? item : item + "," + value(1, 31, local.getDayOfMonth());
        }

        private String month() {
            String name = local.getMonth().name().substring(0, 3);
            return switch (random.nextInt(3)) {
                case 0 -> name;
                case 1 -> name.toLowerCase(Locale.ROOT) + "," + between(1, 12);
                default -> field(1, 12, local.getMonthValue());
            };
        }

        private String dayOfWeek() {
            if (chance(55)) {
                return chance(50) ? "*" : "?";
            }
            int today = local.getDayOfWeek().getValue();
            String name = local.getDayOfWeek().name().substring(0, 3);
            String item = switch (random.nextInt(6)) {
                case 0 -> name;
                case 1 -> name.toLowerCase(Locale.ROOT) + "L";
                case 2 -> value(0, 7, today) + "#" + between(1, 5);
                case 3 -> value(0, 7, today) + "L";
                case 4 -> range(0, 7);
                default -> dayOfWeekSteps(today);
            };
            return chance(75) || item.equals("*") ? item : item + "," + value(0, 7, today);
        }

        private String dayOfWeekSteps(int today) {
            String start = chance(50) ? "*" : chance(50) ? range(0, 7) : Integer.toString(value(0, 7, today));
            return start + "/" + between(1, 7);
        }

        private int value(int first, int last, int around) {
            int value = chance(60) ? around + between(-1, 2) : between(first, last);
            return Math.max(first, Math.min(last, value));
        }

        private String range(int first, int last) {
            int from = between(first, last);
            return from + "-" + between(from, last);
        }

        private boolean chance(int percent) {
            return random.nextInt(100) < percent;
        }

        private int between(int first, int last) {
            return first + random.nextInt(last - first + 1);
        }

        private int nanos() {
            return random.nextInt(1_000_000_000);
        }
    }
}
