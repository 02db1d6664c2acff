package io.github.conv4j;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The walls between the rooms of core. */
class ArchitectureTest {
  private static final JavaClasses CORE =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("io.github.conv4j");

  @Test
  void coreDependsOnTheJdkAlone() {
    classes()
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage("io.github.conv4j..", "java..")
        .check(CORE);
  }

  @Test
  void theEngineDoesNotKnowTheLayers() {
    noClasses()
        .that()
        .resideInAnyPackage("..engine..", "..kernel..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("..nn..")
        .check(CORE);
  }

  @Test
  void kernelsKnowNothingButArrays() {
    noClasses()
        .that()
        .resideInAPackage("..kernel..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.github.conv4j", "..engine..", "..random..")
        .check(CORE);
  }

  @Test
  void algorithmsReachKernelsThroughTheirInterface() {
    noClasses()
        .that()
        .resideInAPackage("..engine..")
        .should()
        .dependOnClassesThat()
        .haveSimpleNameStartingWith("Portable")
        .check(CORE);
  }

  @Test
  void layersCallFunctionsAndNotTheEngine() {
    noClasses()
        .that()
        .resideInAPackage("io.github.conv4j.nn")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("..engine..", "..kernel..")
        .check(CORE);
  }

  @Test
  void nobodyIsSlowWithoutFusedMultiplyAdd() {
    noClasses()
        .that()
        .doNotHaveFullyQualifiedName("io.github.conv4j.kernel.Fma")
        .and()
        .doNotHaveFullyQualifiedName("io.github.conv4j.kernel.SoftwareFma")
        .should()
        .callMethod(Math.class, "fma", float.class, float.class, float.class)
        .orShould()
        .callMethod(Math.class, "fma", double.class, double.class, double.class)
        .because("Fma.fma gives the same and is fast on every processor")
        .check(CORE);
  }

  @Test
  void coreDoesWithoutIncubators() {
    noClasses().should().dependOnClassesThat().resideInAPackage("jdk..").check(CORE);
  }

  @Test
  void nothingIsReadFromSerialisedObjects() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .haveFullyQualifiedName("java.io.ObjectInputStream")
        .check(CORE);
  }
}
