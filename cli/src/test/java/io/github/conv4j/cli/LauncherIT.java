package io.github.conv4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tries when the script builds, in a copy of the project that has a script in place of Maven: that
 * copies the packaged command, and counts its calls in the file {@code builds}.
 */
final class LauncherIT {
  /** All that the script calls, but Maven. */
  private static final List<String> TOOLS =
      List.of(
          "sh",
          "cat",
          "dirname",
          "find",
          "head",
          "mkdir",
          "mkfifo",
          "readlink",
          "rm",
          "rmdir",
          "sed",
          "sleep",
          "tail",
          "touch",
          "cp");

  private static final String MAVEN =
      """
      #!/bin/sh
      echo "$*" >>builds
      [ ! -e slow ] || sleep 2
      [ ! -e broken ] || { echo '[INFO] fine'; printf '[ERROR] %%s\\n' 'A.java: wrong' '' 'advice'; exit 1; }
      mkdir -p cli/target
      cp -R '%s' cli/target/app
      touch cli/target/app/built
      """;

  @TempDir private Path folder;
  private Launcher launcher;
  private Path root;
  private Path source;
  private Path bin;

  @BeforeEach
  void makeProject() throws IOException {
    launcher = new Launcher(folder);
    root = Files.createDirectory(folder.resolve("a root"));
    bin = Files.createDirectory(folder.resolve("bin"));
    Files.copy(Launcher.SCRIPT, root.resolve("conv4j"));
    source = Files.createDirectories(root.resolve("core/src/main/java/a")).resolve("A.java");
    Files.createFile(source);
    Files.createFile(root.resolve("pom.xml"));
    Files.createFile(root.resolve("core/pom.xml"));
    for (String tool : TOOLS) {
      String path = launcher.run("command -v " + tool).done().strip();
      Files.createSymbolicLink(bin.resolve(tool), Path.of(path));
    }
    script(bin.resolve("mvn"), MAVEN.formatted(Path.of("target/app").toAbsolutePath()));
  }

  @AfterEach
  void removeLinks() throws IOException {
    // JUnit warns of each link that leads out of the temporary folder.
    for (String tool : TOOLS) {
      Files.delete(bin.resolve(tool));
    }
  }

  private static void script(Path file, String text) throws IOException {
    Files.writeString(file, text);
    assertTrue(file.toFile().setExecutable(true));
  }

  private CommandLineRun version() {
    return launcher.run("'a root/conv4j' --version", Map.of("PATH", bin.toString()));
  }

  private int builds() throws IOException {
    Path builds = root.resolve("builds");
    return Files.exists(builds) ? Files.readAllLines(builds).size() : 0;
  }

  private static void assertBuilt(CommandLineRun run) {
    assertEquals("conv4j: building, the first time takes a minute\n", run.err());
    assertEquals(0, run.code());
    assertTrue(run.out().startsWith("conv4j "), run.out());
  }

  private void assertRebuilt(String change) throws IOException {
    int before = builds();
    assertBuilt(version());
    assertEquals(before + 1, builds(), change);
    version().done();
    assertEquals(before + 1, builds(), "again after " + change);
  }

  @Test
  void buildsOnFirstUseAndAgainWhenASourceChanges() throws IOException {
    assertRebuilt("the first use");
    assertEquals(
        "-Dstyle.color=never -pl cli -am package -DskipTests",
        Files.readString(root.resolve("builds")).strip());
    Files.writeString(source, "changed");
    assertRebuilt("a change");
    Files.createFile(source.resolveSibling("B.java"));
    assertRebuilt("a new source");
    Files.delete(source);
    assertRebuilt("a source less");
    Files.writeString(root.resolve("core/pom.xml"), "changed");
    assertRebuilt("a change of a module");
    Files.writeString(root.resolve("pom.xml"), "changed");
    assertRebuilt("a change of the project");
    Files.createDirectory(root.resolve("bench"));
    Files.createFile(root.resolve("bench/layers.json"));
    assertRebuilt("the layers of bench");
    Files.writeString(root.resolve("README.md"), "changed");
    version().done();
  }

  @Test
  void aChangeDuringTheBuildCounts() throws IOException, InterruptedException {
    Files.createFile(root.resolve("slow"));
    Launcher.Running first =
        launcher.start("'a root/conv4j' --version", Map.of("PATH", bin.toString()));
    await(root.resolve("builds"));
    // File times tick every few milliseconds: the change must not fall into the tick of the start.
    Thread.sleep(50);
    Files.writeString(source, "changed");
    assertBuilt(first.end());
    assertRebuilt("a change during the build");
  }

  private static void await(Path file) throws InterruptedException {
    for (int tries = 0; !Files.exists(file); tries++) {
      assertTrue(tries < 6000, "a minute without " + file);
      Thread.sleep(10);
    }
  }

  @Test
  void twoFirstUsesBuildOnce() throws IOException {
    Files.createFile(root.resolve("slow"));
    Map<String, String> path = Map.of("PATH", bin.toString());
    Launcher.Running one = launcher.start("'a root/conv4j' --version", path);
    Launcher.Running two = launcher.start("'a root/conv4j' --version", path);
    CommandLineRun first = one.end();
    CommandLineRun second = two.end();
    assertEquals(first.out(), second.out());
    assertTrue(first.out().startsWith("conv4j "), first.err());
    assertTrue((first.err() + second.err()).contains("conv4j: waiting for another build to end"));
    assertEquals(1, builds());
    assertFalse(Files.exists(root.resolve("cli/target/build.lock")));
  }

  @Test
  void aLockThatADeadProcessLeft() throws IOException {
    Path lock = Files.createDirectories(root.resolve("cli/target/build.lock"));
    String dead = launcher.run("echo $$").done().strip();
    Files.writeString(lock.resolve("owner"), dead);
    assertBuilt(version());
    assertFalse(Files.exists(lock));
  }

  @Test
  void aLockWithoutOwner() throws IOException {
    Files.createDirectories(root.resolve("cli/target/build.lock"));
    CommandLineRun run = version();
    assertTrue(run.err().startsWith("conv4j: waiting for another build to end"), run.err());
    assertEquals(0, run.code());
    assertEquals(1, builds());
  }

  @Test
  void aBuildThatFails() throws IOException {
    version();
    Files.createFile(root.resolve("broken"));
    Files.writeString(source, "wrong");
    CommandLineRun run = version();
    assertEquals(1, run.code());
    assertEquals("", run.out());
    assertTrue(run.err().contains("\nconv4j: the build failed, "), run.err());
    assertTrue(run.err().endsWith(":\n[ERROR] A.java: wrong\n"), run.err());
    assertFalse(Files.exists(root.resolve("cli/target/build.lock")));
    Files.delete(root.resolve("broken"));
    assertRebuilt("a failed build");
  }

  @Test
  void withoutMaven() throws IOException {
    Files.delete(bin.resolve("mvn"));
    version().failed("mvn is missing, and conv4j has to be built: install Maven");
    assertFalse(Files.exists(root.resolve("cli")));
  }

  @Test
  void withoutJava() {
    Map<String, String> path = Map.of("PATH", bin.toString(), "JAVA_HOME", "");
    launcher.run("'a root/conv4j'", path).failed("java is missing: install a JDK of version 17");
    Map<String, String> home = Map.of("PATH", bin.toString(), "JAVA_HOME", "/nowhere");
    launcher.run("'a root/conv4j'", home).failed("JAVA_HOME is '/nowhere', but there is no");
  }

  @Test
  void withAnOldJava() throws IOException {
    Map<String, String> path = Map.of("PATH", bin.toString(), "JAVA_HOME", "");
    for (String version : List.of("1.8.0_392", "9", "11.0.2", "16-ea")) {
      script(bin.resolve("java"), "#!/bin/sh\necho 'openjdk version \"" + version + "\" x' >&2\n");
      launcher.run("'a root/conv4j'", path).failed("/java is version " + version + ": install");
    }
    script(bin.resolve("java"), "#!/bin/sh\necho 'No Java runtime present' >&2\nexit 1\n");
    launcher.run("'a root/conv4j'", path).failed("/java does not run: install a JDK");
  }

  /** Starts the command with a Java that prints its arguments, and knows these modules. */
  private CommandLineRun withModules(String release, String modules) throws IOException {
    Path home = Files.createDirectories(root.resolve("a jdk"));
    Files.createDirectories(home.resolve("bin"));
    Files.deleteIfExists(home.resolve("release"));
    if (release != null) {
      Files.writeString(home.resolve("release"), release);
    }
    String java =
        "#!/bin/sh\ncase $1 in -version) echo 'java version \"21.0.1\"' >&2 ;;"
            + " --list-modules) echo '%s' ;; *) echo $*; exit 7 ;; esac\n";
    script(home.resolve("bin/java"), java.formatted(modules));
    Map<String, String> variables = Map.of("PATH", bin.toString(), "JAVA_HOME", home.toString());
    version();
    CommandLineRun run = launcher.run("'a root/conv4j' x; echo $?", variables);
    assertTrue(run.out().endsWith(" x\n7\n"), run.out());
    return run;
  }

  @Test
  void theModuleOfVectorsIsAskedForWhereItIs() throws IOException {
    String flag = "--add-modules jdk.incubator.vector ";
    String there = "java.base@21.0.1\njdk.incubator.vector@21.0.1";
    assertTrue(
        withModules("A=b\nMODULES=\"java.base jdk.incubator.vector\"\n", "").out().contains(flag));
    assertTrue(withModules("MODULES=\"jdk.incubator.vector jdk.net\"\n", "").out().contains(flag));
    assertTrue(withModules("A=b\n", there).out().contains(flag));
    assertTrue(withModules(null, there).out().contains(flag));
    assertFalse(withModules("MODULES=\"java.base\"\n", there).out().contains(flag));
    assertFalse(
        withModules("MODULES=\"java.base jdk.incubator.vectors\"\n", there).out().contains(flag));
    assertFalse(withModules(null, "java.base@21.0.1").out().contains(flag));
  }

  @Test
  void withoutPipesTheWarningOfJavaIsSeen() throws IOException {
    version();
    Files.delete(bin.resolve("mkfifo"));
    CommandLineRun run = version();
    assertEquals("WARNING: Using incubator modules: jdk.incubator.vector\n", run.err());
    assertEquals(0, run.code());
    Files.createSymbolicLink(bin.resolve("mkfifo"), Path.of("/"));
  }
}
