package io.github.conv4j.simd;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The walls of this module; those of core are in its own ArchitectureTest. */
final class SimdArchitectureTest {
  private static final JavaClasses SIMD =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("io.github.conv4j.simd");

  @Test
  void kernelsKnowNothingButArraysAndVectors() {
    classes()
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "io.github.conv4j.simd", "io.github.conv4j.kernel", "java..", "jdk.incubator.vector")
        .check(SIMD);
  }

  @Test
  void theProviderCanBeLinkedWithoutVectors() {
    noClasses()
        .that()
        .haveSimpleName("SimdProvider")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("jdk.incubator.vector")
        .check(SIMD);
  }
}
