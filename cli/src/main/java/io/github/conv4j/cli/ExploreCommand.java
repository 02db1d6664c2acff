package io.github.conv4j.cli;

import io.github.conv4j.cli.explore.ExplorePage;
import io.github.conv4j.cli.explore.LoopbackServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.ProcessBuilder.Redirect;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Serves the page on which a convolution can be seen, until it is stopped. */
@Command(
    name = "explore",
    description = {
      "Show in the browser what a convolution does.",
      "",
      "Serves a page and prints its address, for the browsers of this machine alone. On the page "
          + "every argument of Conv2d can be changed, and each product and sum be looked at; conv4j "
          + "computes them. Runs until it is stopped with Ctrl-C.",
    },
    footer = {
      "  conv4j explore",
      "  conv4j explore --open",
      "  conv4j explore --port 8080",
    })
final class ExploreCommand implements Callable<Integer> {
  private static final int MAX_PORT = 65535;

  /**
   * Settings of the JDK's server, which it reads once. Without the first it sends an answer in two
   * parts and waits for up to 40 ms in between; without the second it takes connections until the
   * process has no file left to open.
   */
  private static final Map<String, String> SERVER_SETTINGS =
      Map.of("sun.net.httpserver.nodelay", "true", "jdk.httpserver.maxConnections", "128");

  @Spec private CommandSpec spec;
  @ParentCommand private Conv4jCommand root;

  @Option(
      names = "--port",
      paramLabel = "N",
      defaultValue = "0",
      description = "The port to listen on; if not given, one that is free.")
  private int port;

  @Option(names = "--open", description = "Open the page in the browser.")
  private boolean open;

  @Override
  public Integer call() throws IOException {
    if (port < 0 || port > MAX_PORT) {
      throw new ParameterException(
          spec.commandLine(), "--port must be from 0 to " + MAX_PORT + ", but got " + port);
    }
    SERVER_SETTINGS.forEach(
        (name, value) -> System.setProperty(name, System.getProperty(name, value)));
    // On Ctrl-C the virtual machine ends with all its threads and frees the port.
    try (LoopbackServer server =
        LoopbackServer.start(port, ExplorePage.routes(), failure -> root.fail(failure))) {
      PrintWriter out = spec.commandLine().getOut();
      out.println(server.address());
      out.flush();
      say("this is the page's address, for a browser on this machine; Ctrl-C stops it");
      if (open) {
        openBrowser(server.address());
      }
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      // Whoever runs the command within another program has it stopped so.
    }
    return Cli.DONE;
  }

  private void say(String sentence) {
    PrintWriter err = spec.commandLine().getErr();
    err.println("conv4j: " + sentence);
    err.flush();
  }

  private void openBrowser(String address) throws InterruptedException {
    List<String> command = new ArrayList<>(browser());
    String advice =
        "cannot open a browser with " + String.join(" ", command) + ", open it yourself";
    command.add(address);
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectOutput(Redirect.DISCARD)
              .redirectError(Redirect.DISCARD)
              .start();
      // A browser that starts now may run on in this process: there is nothing else to wait for.
      if (process.waitFor() != 0) {
        say(advice);
      }
    } catch (IOException e) {
      say(advice);
    }
  }

  /** Returns the command of this system that opens an address. */
  private static List<String> browser() {
    String system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    if (system.startsWith("windows")) {
      return List.of("rundll32", "url.dll,FileProtocolHandler");
    }
    // In a session of its own a browser that starts now outlives Ctrl-C.
    return system.startsWith("mac") ? List.of("open") : List.of("setsid", "xdg-open");
  }
}
