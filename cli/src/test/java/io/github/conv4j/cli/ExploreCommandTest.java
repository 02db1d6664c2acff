package io.github.conv4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class ExploreCommandTest {
  @Test
  void itServesThePageUntilItIsStopped() throws Exception {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PipedInputStream out = new PipedInputStream();
    OutputStream end = new PipedOutputStream(out);
    FutureTask<Integer> run = new FutureTask<>(() -> Cli.run(end, err, "explore"));
    Thread thread = new Thread(run);
    thread.start();
    BufferedReader lines = new BufferedReader(new InputStreamReader(out, StandardCharsets.UTF_8));
    URI address = URI.create(lines.readLine());
    assertTrue(address.toString().matches("http://127\\.0\\.0\\.1:\\d+/"), address::toString);
    checkPage(address);

    thread.interrupt();
    assertEquals(Cli.DONE, run.get(10, TimeUnit.SECONDS));
    assertThrows(ConnectException.class, () -> get(address));
    String said = err.toString(StandardCharsets.UTF_8);
    assertTrue(said.matches("conv4j: [^\n]*Ctrl-C stops it\n"), said);
  }

  private static HttpResponse<String> get(URI address) throws IOException, InterruptedException {
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofString());
  }

  private static void checkPage(URI address) throws Exception {
    HttpResponse<String> page = get(address);
    assertEquals(200, page.statusCode());
    assertEquals(List.of("text/html; charset=utf-8"), page.headers().allValues("content-type"));
    assertFalse(page.body().contains("://"), "the page asks nobody else");
    List<String> files = new ArrayList<>();
    Matcher matcher =
        Pattern.compile("<(?:script|link)[^>]* (?:src|href)=\"([^\"]*)\"").matcher(page.body());
    while (matcher.find()) {
      HttpResponse<String> file = get(address.resolve(matcher.group(1)));
      assertEquals(200, file.statusCode(), matcher.group(1));
      files.add(matcher.group(1) + " " + file.headers().firstValue("content-type").orElseThrow());
    }
    files.sort(null);
    assertEquals(
        List.of(
            "explore.css text/css; charset=utf-8",
            "explore.js text/javascript; charset=utf-8",
            "favicon.svg image/svg+xml",
            "view.js text/javascript; charset=utf-8"),
        files);
  }

  @Test
  void aPortThatIsTaken() throws IOException {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      CommandLineRun run = CommandLineRun.of("explore", "--port", other.getLocalPort());
      run.failed("cannot listen on port " + other.getLocalPort() + " (");
      run.failed("): choose another with --port, or leave --port out for one that is free");
      assertEquals("", run.out());
    }
  }
}
