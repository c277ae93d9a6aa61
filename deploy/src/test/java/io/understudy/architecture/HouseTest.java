package io.understudy.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.conditions.ArchConditions;
import io.understudy.config.Settings.ServiceSettings;
import io.understudy.events.CommonEvent;
import io.understudy.events.Event;
import io.understudy.primary.events.PrimaryEvent;
import io.understudy.process.CommandRunner;
import io.understudy.replica.events.ReplicaEvent;
import io.understudy.repository.RepositoryAccess;
import io.understudy.site.CommandSiteService;
import io.understudy.time.Ticker;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** The rooms of the house and the directions between them, as the design names them. */
@AnalyzeClasses(
        packages = "io.understudy",
        importOptions = {HouseTest.ShippedCode.class})
class HouseTest {
    private static final String PRIMARY = "io.understudy.primary..";
    private static final String REPLICA = "io.understudy.replica..";
    private static final String STUBS = "io.understudy.v1..";

    /** What runs on a server: no tests, no fixtures, not the rehearsal. */
    static final class ShippedCode implements ImportOption {
        @Override
        public boolean includes(Location location) {
            return !location.contains("/test-classes/")
                    && !location.contains("-tests.jar")
                    && !location.contains("/deploy/target/");
        }
    }

    @ArchTest
    static final ArchRule commonKnowsNoAgent = noClasses()
            .that()
            .resideOutsideOfPackages(PRIMARY, REPLICA)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(PRIMARY, REPLICA);

    @ArchTest
    static final ArchRule thePrimaryKnowsNoReplica = noClasses()
            .that()
            .resideInAPackage(PRIMARY)
            .should()
            .dependOnClassesThat()
            .resideInAPackage(REPLICA);

    @ArchTest
    static final ArchRule theReplicaKnowsNoPrimary = noClasses()
            .that()
            .resideInAPackage(REPLICA)
            .should()
            .dependOnClassesThat()
            .resideInAPackage(PRIMARY);

    @ArchTest
    static final ArchRule failureIsALeaf = classes()
            .that()
            .resideInAPackage("io.understudy.failure..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("io.understudy.failure..", "java..");

    @ArchTest
    static final ArchRule timeIsALeaf = classes()
            .that()
            .resideInAPackage("io.understudy.time..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("io.understudy.time..", "io.understudy.failure..", "java..");

    @ArchTest
    static final ArchRule eventsKnowFailuresAndTime = classes()
            .that()
            .resideInAPackage("io.understudy.events..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "io.understudy.events..",
                    "io.understudy.failure..",
                    "io.understudy.time..",
                    "org.slf4j..",
                    "java..");

    @ArchTest
    static final ArchRule anEventStandsInACatalogue = classes()
            .that()
            .implement(Event.class)
            .should()
            .beAssignableTo(CommonEvent.class)
            .orShould()
            .beAssignableTo(PrimaryEvent.class)
            .orShould()
            .beAssignableTo(ReplicaEvent.class);

    @ArchTest
    static final ArchRule tasksKnowOnlyFailures = classes()
            .that()
            .resideInAPackage("io.understudy.tasks..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("io.understudy.tasks..", "io.understudy.failure..", "java..");

    @ArchTest
    static final ArchRule theRepositoryKnowsNoPostgresAndNoProgram = noClasses()
            .that()
            .resideInAPackage("io.understudy.repository..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.understudy.postgres..",
                    "io.understudy.process..",
                    "io.understudy.site..",
                    "io.understudy.transport..",
                    "java.sql..",
                    "org.postgresql..");

    @ArchTest
    static final ArchRule theFilestoreKnowsNoRepository = noClasses()
            .that()
            .resideInAPackage("io.understudy.filestore..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.understudy.repository..", "io.understudy.postgres..", "io.understudy.site..");

    @ArchTest
    static final ArchRule onlyTheS3AdapterSeesItsClient = noClasses()
            .that()
            .resideOutsideOfPackage("io.understudy.filestore.s3..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.minio..", "okhttp3..");

    @ArchTest
    static final ArchRule onlyNoticesSeeTheMailLibrary = noClasses()
            .that()
            .resideOutsideOfPackage("io.understudy.notify..")
            .or()
            .haveSimpleNameNotStartingWith("Mail")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("jakarta.mail..");

    @ArchTest
    static final ArchRule onlyTransportAndItsAdaptersSeeGrpc = noClasses()
            .that()
            .resideOutsideOfPackages(
                    STUBS,
                    "io.understudy.transport..",
                    "io.understudy.admin..",
                    "io.understudy.primary.announce..",
                    "io.understudy.primary.app..",
                    "io.understudy.replica.discover..",
                    "io.understudy.replica.app..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.grpc..", STUBS);

    @ArchTest
    static final ArchRule onlyTheDatabaseRoomsSeeJdbc = noClasses()
            .that()
            .resideOutsideOfPackages(
                    "io.understudy.postgres..",
                    "io.understudy.primary.capture.database..",
                    "io.understudy.replica.load..",
                    "io.understudy.replica.apply..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.sql..", "javax.sql..", "org.postgresql..", "com.zaxxer..");

    @ArchTest
    static final ArchRule onlyProcessStartsPrograms = noClasses()
            .that()
            .resideOutsideOfPackage("io.understudy.process..")
            .should()
            .dependOnClassesThat()
            .haveFullyQualifiedName(ProcessBuilder.class.getName())
            .orShould()
            .callMethod(Runtime.class, "exec", String[].class);

    /** Programs run in real time, whatever a test's clock says. */
    @ArchTest
    static final ArchRule onlyTimeSleepsAndReadsTheMonotonicClock = noClasses()
            .that()
            .resideOutsideOfPackages("io.understudy.time..", "io.understudy.process..")
            .should()
            .callMethod(Thread.class, "sleep", long.class)
            .orShould()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(System.class, "currentTimeMillis");

    @ArchTest
    static final ArchRule nothingKnowsTheCommandLine = noClasses()
            .that()
            .resideOutsideOfPackages("io.understudy.primary.command..", "io.understudy.replica.command..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.understudy.primary.command..", "io.understudy.replica.command..");

    @ArchTest
    static final ArchRule noCircleOfRooms =
            slices().matching("io.understudy.(*)..").should().beFreeOfCycles();

    /** The rooms inside the repository: {@code blob} below {@code tree}, {@code key} next to them, snapshots above. */
    @ArchTest
    static final ArchRule blobsKnowNoSnapshot = noClasses()
            .that()
            .resideInAnyPackage("io.understudy.repository.blob", "io.understudy.repository.key")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.understudy.repository", "io.understudy.repository.tree");

    @ArchTest
    static final ArchRule treesKnowNoSnapshot = noClasses()
            .that()
            .resideInAPackage("io.understudy.repository.tree")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.understudy.repository", "io.understudy.repository.key");

    @ArchTest
    static final ArchRule capturesRoomsKnowNotEachOther = noClasses()
            .that()
            .resideInAPackage("io.understudy.primary.capture.tree")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.understudy.primary.capture", "io.understudy.primary.capture.database");

    @ArchTest
    static final ArchRule theDatabaseIsReadWithoutTheTrees = noClasses()
            .that()
            .resideInAPackage("io.understudy.primary.capture.database")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.understudy.primary.capture", "io.understudy.primary.capture.tree");

    @ArchTest
    static final ArchRule thePrimaryHasNoCircle =
            slices().matching("io.understudy.primary.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule theReplicaHasNoCircle =
            slices().matching("io.understudy.replica.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule packagesAreNamedForJobs = noClasses()
            .should(ArchConditions.resideInAnyPackage(
                    "..util..", "..utils..", "..helper..", "..helpers..", "..manager..", "..service..", "..impl.."));

    private static final int MOST_PARTS = 10;

    /** What may take more parts than that, each with its reason. */
    private static final Map<String, String> MANY_PARTS = Map.of(
            "io.understudy.config.Settings", "the configuration file, section by section",
            "io.understudy.config.Settings$DatabaseSettings", "a section of the configuration file",
            "io.understudy.repository.Manifest", "a document of the format",
            "io.understudy.repository.DatabaseProperties", "a document of the format",
            "io.understudy.primary.app.StatusView", "what status --json prints",
            "io.understudy.primary.app.StatusView$FollowerView", "a part of what status --json prints",
            "io.understudy.primary.command.ListView$Row", "what list --json prints",
            "io.understudy.primary.command.ShowView", "what show --json prints",
            "io.understudy.replica.app.StatusView", "what status --json prints",
            "io.understudy.replica.app.PromoteResult", "what promote --json prints");

    /** A class that needs more does two jobs, and a record that hides them does not change that. */
    @ArchTest
    static void noConstructorTakesMoreThanTenParts(JavaClasses shipped) {
        Set<String> found = shipped.stream()
                .filter(each -> !each.getPackageName().startsWith("io.understudy.v1"))
                .flatMap(each -> each.getConstructors().stream())
                .filter(each -> each.getRawParameterTypes().size() > MOST_PARTS)
                .map(each -> each.getOwner().getName())
                .collect(Collectors.toSet());

        assertThat(found).isEqualTo(MANY_PARTS.keySet());
    }

    /** The shipped wiring is used by the simulation, too: nothing else puts an agent together. */
    @ArchTest
    static final ArchRule onlyTheWiringMakesAdapters = noClasses()
            .that()
            .resideInAnyPackage(PRIMARY, REPLICA)
            .and()
            .haveSimpleNameNotEndingWith("Wiring")
            .should()
            .callConstructor(RepositoryAccess.class, Supplier.class, Function.class, Ticker.class)
            .orShould()
            .callConstructor(CommandSiteService.class, ServiceSettings.class, CommandRunner.class, Ticker.class);
}
