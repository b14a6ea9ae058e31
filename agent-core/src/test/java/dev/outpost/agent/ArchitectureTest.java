package dev.outpost.agent;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.outpost.agent.internal.base.AgentThreads;
import dev.outpost.agent.internal.base.SystemClock;
import dev.outpost.agent.log.LogBatch;
import dev.outpost.agent.metric.MetricBatch;
import dev.outpost.agent.spool.SpoolTool;
import java.io.PrintStream;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZonedDateTime;
import org.junit.jupiter.api.Test;

/** What may depend on what, and what only one place may do. */
class ArchitectureTest {

    private static final JavaClasses CORE = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.outpost.agent");

    @Test
    void internalPackages_dependOnOneAnother_withoutCycles() {
        slices().matching("dev.outpost.agent.internal.(*)..")
                .should()
                .beFreeOfCycles()
                .check(CORE);
    }

    @Test
    void api_dependsOnInternals_onlyInTheBuilderAndTheWireCode() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.outpost.agent.internal..")
                .and()
                .doNotHaveFullyQualifiedName(AgentBuilder.class.getName())
                .and()
                .doNotHaveFullyQualifiedName(SessionChoices.class.getName())
                .and()
                .doNotHaveFullyQualifiedName(TelemetryChoices.class.getName())
                .and()
                .doNotHaveFullyQualifiedName(TaskChoices.class.getName())
                .and()
                .resideOutsideOfPackage("dev.outpost.agent.protocol")
                .and()
                .doNotBelongToAnyOf(LogBatch.class, MetricBatch.class, SpoolTool.class)
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.outpost.agent.internal..")
                .check(CORE);
    }

    @Test
    void wireCodeOfTheApi_dependsOnTheWireFormatsOnly() {
        noClasses()
                .that()
                .resideInAPackage("dev.outpost.agent.protocol")
                .or()
                .belongToAnyOf(LogBatch.class, MetricBatch.class)
                .should()
                .dependOnClassesThat(resideInAPackage("dev.outpost.agent.internal..")
                        .and(not(resideInAnyPackage(
                                "dev.outpost.agent.internal.otlp", "dev.outpost.agent.internal.proto"))))
                .check(CORE);
    }

    @Test
    void whatSinksShare_knowsNoneOfTheirSignals() {
        noClasses()
                .that()
                .resideInAPackage("dev.outpost.agent.sink")
                .should()
                .dependOnClassesThat(
                        resideInAPackage("dev.outpost.agent..").and(not(resideInAnyPackage("dev.outpost.agent.sink"))))
                .check(CORE);
    }

    @Test
    void disruptor_isUsedByTheRings_only() {
        noClasses()
                .that()
                .resideOutsideOfPackages("dev.outpost.agent.internal.telemetry", "dev.outpost.agent.internal.base")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("com.lmax..")
                .check(CORE);
    }

    @Test
    void clocks_areReadByTheSystemClock_only() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName(SystemClock.class.getName())
                .should()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(Instant.class, "now")
                .orShould()
                .callMethod(LocalDateTime.class, "now")
                .orShould()
                .callMethod(ZonedDateTime.class, "now")
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(Clock.class)
                .check(CORE);
    }

    @Test
    void threads_areMadeInOnePlace_only() {
        noClasses()
                .that()
                .doNotBelongToAnyOf(AgentThreads.class)
                .should()
                .callConstructorWhere(target(owner(assignableTo(Thread.class))))
                .orShould()
                .beAssignableTo(Thread.class)
                .check(CORE);
    }

    @Test
    void core_neverSleeps() {
        noClasses()
                .should()
                .callMethod(Thread.class, "sleep", long.class)
                .orShould()
                .callMethod(Thread.class, "sleep", long.class, int.class)
                .check(CORE);
    }

    @Test
    void core_neverPrintsOrEndsTheHost() {
        noClasses()
                .that()
                .doNotBelongToAnyOf(SpoolTool.class) // a program of its own
                .should()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(PrintStream.class)
                .orShould()
                .callMethod(System.class, "exit", int.class)
                .orShould()
                .callMethod(Runtime.class, "halt", int.class)
                .orShould()
                .callMethod(Runtime.class, "addShutdownHook", Thread.class)
                .check(CORE);
    }

    @Test
    void methods_areNotSynchronized_forTheirLockWouldBePublic() {
        methods().should().notHaveModifier(JavaModifier.SYNCHRONIZED).check(CORE);
    }

    @Test
    void core_logsWithSlf4j_only() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.util.logging..", "org.apache.logging..", "ch.qos.logback..")
                .check(CORE);
    }

    @Test
    void core_dependsOnNothingElse() {
        classes()
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "dev.outpost.agent..",
                        "java..",
                        "javax.net.ssl..",
                        "javax.security.auth.x500..",
                        "com.lmax.disruptor..",
                        "org.slf4j..",
                        "org.jspecify..")
                .check(CORE);
    }
}
