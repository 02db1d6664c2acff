package io.github.conv4j.cli.explore;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
final class LoopbackServerTest {
  private static final int MOST = 1000;
  private static final int ANSWER_MILLIS = 20_000;
  private static final byte[] BIG = new byte[3 << 20];

  private final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private final CountDownLatch never = new CountDownLatch(1);
  private LoopbackServer server;
  private int port;

  @BeforeEach
  void start() throws IOException {
    Arrays.fill(BIG, (byte) 'b');
    restart(Duration.ofSeconds(10));
  }

  private void restart(Duration patience) throws IOException {
    stop();
    server = LoopbackServer.start(0, routes(), failures::add, patience);
    port = URI.create(server.address()).getPort();
  }

  @AfterEach
  void stop() {
    if (server != null) {
      server.close();
    }
  }

  private Map<String, Route> routes() {
    return Map.of(
        "/", Route.get(body -> new Reply("text/plain", new byte[] {'h', 'i'})),
        "/big", Route.get(body -> new Reply("text/plain", BIG)),
        "/empty", Route.get(body -> new Reply("text/plain", new byte[0])),
        "/echo", Route.postJson(MOST, body -> new Reply("application/json", body)),
        "/length", Route.postPicture(4 << 20, body -> Reply.json("" + body.length)),
        "/fail", Route.postJson(MOST, LoopbackServerTest::fail),
        "/hang",
            Route.get(
                body -> {
                  try {
                    never.await();
                  } catch (InterruptedException e) {
                    throw new IOException(e);
                  }
                  return Reply.json("");
                }));
  }

  private static Reply fail(byte[] body) throws IOException {
    String how = new String(body, StandardCharsets.UTF_8);
    return switch (how) {
      case "argument" -> throw new IllegalArgumentException("stride must be\n 1 or \"more\"");
      case "nothing" -> throw new IllegalArgumentException();
      case "memory" -> new Reply("", new byte[Integer.MAX_VALUE]);
      case "stack" -> fail(body);
      case "io" -> throw new IOException("no disk");
      default -> throw new IllegalStateException("a bug\nat line 2");
    };
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(server.address()).resolve(path));
  }

  private static HttpResponse<String> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return HttpClient.newHttpClient().send(request.build(), BodyHandlers.ofString());
  }

  private HttpResponse<String> post(String path, String type, byte[] body)
      throws IOException, InterruptedException {
    return send(request(path).header("Content-Type", type).POST(BodyPublishers.ofByteArray(body)));
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(ANSWER_MILLIS);
    return socket;
  }

  private static void write(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** Reads all that comes until the server closes the connection. */
  private static String rest(Socket socket) throws IOException {
    return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
  }

  /** Reads the head of an answer, and nothing of its body. */
  private static String head(Socket socket) throws IOException {
    StringBuilder head = new StringBuilder();
    InputStream in = socket.getInputStream();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      assertTrue(next >= 0, "ended after: " + head);
      head.append((char) next);
    }
    return head.toString();
  }

  /** Sends a request as it is, in which HOST is what the server listens to, and PORT its port. */
  private String raw(String request) throws IOException {
    try (Socket socket = connect()) {
      write(socket, request.replace("HOST", "127.0.0.1:" + port).replace("PORT", "" + port));
      return rest(socket);
    }
  }

  /** Sends lines of a request that ends the connection. */
  private String ask(String line, String... headers) throws IOException {
    List<String> lines = new ArrayList<>(List.of(line));
    lines.addAll(List.of(headers));
    lines.add("Connection: close\r\n\r\n");
    return raw(String.join("\r\n", lines));
  }

  private static void assertStatus(int expected, String answer) {
    assertTrue(answer.startsWith("HTTP/1.1 " + expected + " "), () -> answer + ";");
    if (expected >= 400) {
      String body = answer.substring(answer.indexOf("\r\n\r\n") + 4);
      assertFalse(errorOf(body).isEmpty(), answer);
    }
    assertFalse(answer.contains("Access-Control"), answer);
    assertTrue(answer.contains("Content-security-policy: default-src 'none'"), answer);
  }

  private static String errorOf(String body) {
    return JsonParser.parseString(body).getAsJsonObject().get("error").getAsString();
  }

  @Test
  void anAnswerAndItsHeaders() throws Exception {
    HttpResponse<String> answer = send(request("/"));
    assertEquals(200, answer.statusCode());
    assertEquals("hi", answer.body());
    Map<String, String> expected =
        Map.of(
            "Content-Type", "text/plain",
            "Content-Length", "2",
            "Content-Security-Policy",
                "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: "
                    + "blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
                    + "frame-ancestors 'none'",
            "X-Content-Type-Options", "nosniff",
            "Referrer-Policy", "no-referrer",
            "Cross-Origin-Resource-Policy", "same-origin",
            "Cross-Origin-Opener-Policy", "same-origin",
            "Cache-Control", "no-store");
    expected.forEach(
        (name, value) -> assertEquals(List.of(value), answer.headers().allValues(name), name));
  }

  @Test
  void bodiesOfEverySize() throws Exception {
    assertEquals("", send(request("/empty")).body());
    assertEquals(new String(BIG, StandardCharsets.UTF_8), send(request("/big")).body());
    assertEquals("", post("/echo", "application/json", new byte[0]).body());
    String most = "x".repeat(MOST);
    byte[] bytes = most.getBytes(StandardCharsets.UTF_8);
    assertEquals(most, post("/echo", "Application/JSON ; charset=utf-8", bytes).body());
    assertEquals("" + BIG.length, post("/length", "image/png", BIG).body());
    assertEquals(
        413,
        post("/echo", "application/json", (most + "x").getBytes(StandardCharsets.UTF_8))
            .statusCode());
    // The client gets the answer also when it sends everything first.
    assertEquals(413, post("/echo", "application/json", BIG).statusCode());
  }

  @Test
  void headIsGetWithoutTheBody() throws IOException {
    for (String path : new String[] {"/", "/big", "/empty"}) {
      String get = ask("GET " + path + " HTTP/1.1", "Host: HOST");
      String head = ask("HEAD " + path + " HTTP/1.1", "Host: HOST");
      assertStatus(200, head);
      String ofGet = get.substring(0, get.indexOf("\r\n\r\n") + 4);
      assertEquals(sorted(ofGet), sorted(head));
    }
    assertTrue(ask("HEAD /none HTTP/1.1", "Host: HOST").startsWith("HTTP/1.1 404 "));
    assertTrue(ask("HEAD /echo HTTP/1.1", "Host: HOST").startsWith("HTTP/1.1 405 "));
  }

  private static List<String> sorted(String head) {
    return head.lines().filter(line -> !line.startsWith("Date: ")).sorted().toList();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          Host: HOST                                        | 200
          Host: localhost:PORT                              | 200
          Host: LocalHost:PORT                              | 200
          Host:HOST                                         | 200
          Host: evil.example                                | 421
          Host: evil.example:PORT                           | 421
          Host: 127.0.0.1                                   | 421
          Host: localhost                                   | 421
          Host: localhost:1                                 | 421
          Host: localhost.:PORT                             | 421
          Host: 127.0.0.1.nip.io:PORT                       | 421
          Host: 127.1:PORT                                  | 421
          Host: 0.0.0.0:PORT                                | 421
          Host: [::1]:PORT                                  | 421
          Host: user@localhost:PORT                         | 421
          Host: localhost:PORT, evil.example                | 421
          Host:                                             | 421
          Accept: */*                                       | 400
          Host: HOST%Host: HOST                             | 400
          Host: HOST%host: evil.example                     | 400
          Host: evil.example%Host: HOST                     | 400
          Host: HOST%Origin: http://HOST                    | 200
          Host: HOST%Origin: http://localhost:PORT          | 200
          Host: HOST%Origin: https://localhost:PORT         | 403
          Host: HOST%Origin: http://localhost               | 403
          Host: HOST%Origin: http://localhost:1             | 403
          Host: HOST%Origin: http://evil.example            | 403
          Host: HOST%Origin: http://HOST.evil.example       | 403
          Host: HOST%Origin: http://HOST/                   | 403
          Host: HOST%Origin: null                           | 403
          Host: HOST%Origin: file://                        | 403
          Host: HOST%Origin:                                | 403
          Host: HOST%Origin: http://HOST%Origin: http://a.b | 400
          Host: HOST%Sec-Fetch-Site: none                   | 200
          Host: HOST%Sec-Fetch-Site: same-origin            | 200
          Host: HOST%Sec-Fetch-Site: cross-site             | 403
          Host: HOST%Sec-Fetch-Site: Cross-Site             | 403
          """)
  void whoMayAsk(String headers, int status) throws IOException {
    assertStatus(status, ask("GET / HTTP/1.1", headers.split("%")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          GET /?kernel=3&x=../                       | 200
          GET /none                                  | 404
          GET /echo/                                 | 404
          GET /%65mpty                               | 404
          GET /../                                   | 404
          GET /../../../../etc/passwd                | 404
          GET /%2e%2e/%2e%2e/etc/passwd              | 404
          GET /..%2f..%2fetc/passwd                  | 404
          GET /..%5c                                 | 404
          GET /#                                     | 404
          GET ///                                    | 404
          GET //etc/passwd                           | 404
          GET //evil.example/                        | 404
          GET //HOST/                                | 404
          GET /./                                    | 404
          GET /;x                                    | 404
          GET /%00                                   | 404
          GET /empty%00.html                         | 404
          GET /explore.html                          | 404
          GET http://HOST/                           | 404
          GET http://evil.example/                   | 404
          GET file:///etc/passwd                     | 404
          POST /                                     | 405
          PUT /                                      | 405
          DELETE /                                   | 405
          OPTIONS /                                  | 405
          TRACE /                                    | 405
          get /                                      | 405
          GET /echo                                  | 405
          """)
  void pathsAndMethods(String line, int status) throws IOException {
    String answer = ask(line + " HTTP/1.1", "Host: HOST");
    assertStatus(status, answer);
    if (status == 405) {
      assertTrue(
          answer.contains(line.endsWith("echo") ? "Allow: POST\r\n" : "Allow: GET, HEAD\r\n"));
    }
  }

  @Test
  void noPreflightIsGranted() throws IOException {
    String answer =
        ask(
            "OPTIONS /echo HTTP/1.1",
            "Host: HOST",
            "Origin: http://evil.example",
            "Access-Control-Request-Method: POST",
            "Access-Control-Request-Headers: content-type");
    assertStatus(403, answer);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Accept: */*",
        "Content-Type:",
        "Content-Type: text/plain",
        "Content-Type: application/jsonp",
        "Content-Type: application/x-www-form-urlencoded",
        "Content-Type: multipart/form-data; boundary=application/json",
        "Content-Type: text/plain; application/json",
      })
  void contentTypes(String header) throws IOException {
    assertStatus(415, ask("POST /echo HTTP/1.1", "Host: HOST", header, "Content-Length: 0"));
    assertStatus(415, ask("POST /length HTTP/1.1", "Host: HOST", header, "Content-Length: 0"));
  }

  @Test
  void aBodyThatIsTooLargeIsNotWaitedFor() throws IOException {
    String json = "Content-Type: application/json";
    for (String length : new String[] {"1001", "2147483647", "9223372036854775807"}) {
      try (Socket socket = connect()) {
        write(
            socket,
            "POST /echo HTTP/1.1\r\nHost: localhost:"
                + port
                + "\r\n"
                + json
                + "\r\nContent-Length: "
                + length
                + "\r\n\r\n");
        assertTrue(head(socket).startsWith("HTTP/1.1 413 "));
      }
    }
    try (Socket socket = connect()) {
      write(socket, "GET / HTTP/1.1\r\nHost: localhost:" + port + "\r\nContent-Length: 5\r\n\r\n");
      assertTrue(head(socket).startsWith("HTTP/1.1 413 "));
    }
  }

  @Test
  void chunks() throws IOException {
    String line = "POST /echo HTTP/1.1\r\nHost: HOST\r\nContent-Type: application/json\r\n";
    String chunked = line + "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n";
    String good = raw(chunked + "2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n");
    assertStatus(200, good);
    assertTrue(good.endsWith("\r\n\r\nabcde"), good);
    String chunk = "1f4\r\n" + "x".repeat(500) + "\r\n";
    assertTrue(raw(chunked + chunk + chunk + "0\r\n\r\n").startsWith("HTTP/1.1 200 "));
    assertStatus(413, raw(chunked + chunk + chunk + "1\r\nx\r\n0\r\n\r\n"));
    try (Socket socket = connect()) {
      write(socket, chunked.replace("HOST", "127.0.0.1:" + port));
      // Without end.
      write(socket, chunk.repeat(3));
      assertTrue(head(socket).startsWith("HTTP/1.1 413 "));
    }
    for (String size : new String[] {"-1", "x", "ffffffffff", "", "1".repeat(5000)}) {
      assertFalse(raw(chunked + size + "\r\nab\r\n0\r\n\r\n").startsWith("HTTP/1.1 2"), size);
    }
    String both = line + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n";
    assertTrue(raw(both + "2\r\nab\r\n0\r\n\r\n").startsWith("HTTP/1.1 400 "));
    assertEquals("hi", goodAnswer());
  }

  private String goodAnswer() throws IOException {
    String answer = ask("GET / HTTP/1.1", "Host: HOST");
    assertStatus(200, answer);
    return answer.substring(answer.indexOf("\r\n\r\n") + 4);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\r\n\r\n\r\n",
        "GET\r\n\r\n",
        "GET /\r\n\r\n",
        "GET  / HTTP/1.1\r\nHost: HOST\r\n\r\n",
        "GET /\0 HTTP/1.1\r\nHost: HOST\r\n\r\n",
        "GET /a b HTTP/1.1\r\nHost: HOST\r\n\r\n",
        "GET /% HTTP/1.1\r\nHost: HOST\r\n\r\n",
        "GET * HTTP/1.1\r\nHost: HOST\r\n\r\n",
        "GET mailto:a HTTP/1.1\r\nHost: HOST\r\n\r\n",
        "GET ?x HTTP/1.1\r\nHost: HOST\r\n\r\n",
        "GET \\ HTTP/1.1\r\nHost: HOST\r\n\r\n",
        "CONNECT a.b:443 HTTP/1.1\r\nHost: HOST\r\n\r\n",
        "GET /none HTTP/9.9\r\nHost: HOST\r\nConnection: close\r\n\r\n",
        "GET // HTTP/1.1\r\nHost: HOST\r\n\r\n",
        "GET / HTTP/1.1\r\nHost : HOST\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: HOST\r\na\0b: c\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: HOST\r\nContent-Length: -1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: HOST\r\nContent-Length: 1x\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: HOST\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding: gzip\r\n\r\n",
        "\u0016\u0003\u0001\u0002\0\u0001\0\u0001\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
      })
  void malformedRequests(String request) throws IOException {
    try (Socket socket = connect()) {
      write(socket, request.replace("HOST", "127.0.0.1:" + port));
      socket.shutdownOutput();
      String answer = rest(socket);
      assertTrue(answer.isEmpty() || answer.matches("(?s)HTTP/1.1 [45]\\d\\d .*"), answer);
    }
    assertEquals("hi", goodAnswer());
    assertEquals(List.of(), List.copyOf(failures));
  }

  @Test
  void requestLinesAndHeadersWithoutEnd() throws IOException {
    String line =
        "GET /" + "x".repeat(1 << 20) + " HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n";
    for (String request :
        List.of(line, "GET / HTTP/1.1\r\nHost: HOST\r\n" + "a: b\r\n".repeat(100_000))) {
      try (Socket socket = connect()) {
        write(socket, request.replace("HOST", "127.0.0.1:" + port) + "\r\n");
        assertFalse(rest(socket).startsWith("HTTP/1.1 2"));
      } catch (IOException e) {
        // The server has closed the connection before all was sent.
      }
    }
    assertEquals("hi", goodAnswer());
  }

  @Test
  void halfClosedAndClosedConnections() throws Exception {
    String post = "POST /echo HTTP/1.1\r\nHost: HOST\r\nContent-Type: application/json\r\n";
    try (Socket socket = connect()) {
      write(socket, post.replace("HOST", "127.0.0.1:" + port) + "Content-Length: 2\r\n\r\nab");
      socket.shutdownOutput();
      assertTrue(rest(socket).endsWith("\r\n\r\nab"));
    }
    // Bodies that end too early are not handled.
    for (String body :
        new String[] {"Content-Length: 2\r\n\r\na", "Transfer-Encoding: chunked\r\n\r\n9\r\nab"}) {
      try (Socket socket = connect()) {
        write(socket, post.replace("HOST", "127.0.0.1:" + port) + body);
        socket.shutdownOutput();
        assertEquals("", rest(socket));
      }
    }
    for (int i = 0; i < 50; i++) {
      try (Socket socket = connect()) {
        socket.setSoLinger(true, 0);
        write(socket, "GET /big HTTP/1.1\r\nHost: localhost:" + port + "\r\n\r\n");
      }
    }
    assertEquals("hi", goodAnswer());
    assertEquals(List.of(), List.copyOf(failures));
  }

  @Test
  void failuresOfHandlers() throws Exception {
    assertFailure("argument", 400, "stride must be 1 or \"more\"", 0);
    assertFailure("nothing", 400, "this is not possible", 0);
    assertFailure("memory", 500, "this takes more memory than Java may have: ", 1);
    assertFailure("stack", 500, "this is nested too deeply", 2);
    assertFailure("io", 500, "internal error: java.io.IOException: no disk", 3);
    assertFailure(
        "else", 500, "internal error: java.lang.IllegalStateException: a bug at line 2", 4);
    assertEquals("hi", goodAnswer());
  }

  private void assertFailure(String body, int status, String sentence, int told) throws Exception {
    HttpResponse<String> answer =
        post("/fail", "application/json", body.getBytes(StandardCharsets.UTF_8));
    assertEquals(status, answer.statusCode());
    assertTrue(errorOf(answer.body()).startsWith(sentence), answer.body());
    assertFalse(answer.body().contains("\\tat") || answer.body().contains("LoopbackServer"));
    assertEquals(told, failures.size());
  }

  @Test
  void manyAtOnce() throws Exception {
    HttpClient client = HttpClient.newHttpClient();
    List<CompletableFuture<HttpResponse<byte[]>>> answers = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      byte[] body = ("request " + i).getBytes(StandardCharsets.UTF_8);
      answers.add(
          client.sendAsync(
              request("/echo")
                  .header("Content-Type", "application/json")
                  .POST(BodyPublishers.ofByteArray(body))
                  .build(),
              BodyHandlers.ofByteArray()));
    }
    for (int i = 0; i < answers.size(); i++) {
      byte[] body = ("request " + i).getBytes(StandardCharsets.UTF_8);
      assertArrayEquals(body, answers.get(i).get().body());
    }
  }

  @Test
  void severalRequestsOnOneConnection() throws IOException {
    try (Socket socket = connect()) {
      String get = "GET /empty HTTP/1.1\r\nHost: localhost:" + port + "\r\n\r\n";
      for (int i = 0; i < 5; i++) {
        write(socket, get);
        assertTrue(head(socket).startsWith("HTTP/1.1 200 "));
      }
    }
  }

  @Test
  void slowClientsLoseTheirConnections() throws Exception {
    restart(Duration.ofMillis(1500));
    String host = "Host: localhost:" + port + "\r\n";
    String post = "POST /echo HTTP/1.1\r\n" + host + "Content-Type: application/json\r\n";
    List<String> beginnings =
        List.of(
            "G",
            "GET / HTTP/1.1\r\nHo",
            post + "Content-Length: 9\r\n\r\nab",
            post + "Transfer-Encoding: chunked\r\n\r\n9\r\nab",
            post + "Content-Length: 2000000\r\n\r\nab");
    List<Socket> slow = new ArrayList<>();
    try {
      // More than there are threads.
      for (int i = 0; i < 14; i++) {
        for (String beginning : beginnings) {
          Socket socket = connect();
          slow.add(socket);
          write(socket, beginning);
        }
      }
      // In time it is everybody's turn.
      assertEquals("hi", goodAnswer());
      for (Socket socket : slow) {
        String answer = rest(socket);
        assertTrue(answer.isEmpty() || answer.startsWith("HTTP/1.1 413 "), answer);
      }
    } finally {
      for (Socket socket : slow) {
        socket.close();
      }
    }
  }

  @Test
  void aDripOfBytesDoesNotBuyTime() throws Exception {
    restart(Duration.ofMillis(500));
    try (Socket socket = connect()) {
      long begin = System.nanoTime();
      assertThrows(
          IOException.class,
          () -> {
            while (true) {
              write(socket, "G");
              Thread.sleep(50);
            }
          });
      assertTrue(System.nanoTime() - begin < Duration.ofSeconds(20).toNanos());
    }
  }

  @Test
  void aSlowClientDoesNotHoldUpOthers() throws IOException {
    try (Socket slow = connect();
        Socket reader = connect()) {
      write(slow, "POST /echo HTT");
      // Takes an answer, which is larger than the buffers between, and does not read it.
      write(reader, "GET /big HTTP/1.1\r\nHost: localhost:" + port + "\r\n\r\n");
      assertEquals("hi", goodAnswer());
    }
  }

  @Test
  void aClientThatDoesNotReadLosesItsConnection() throws Exception {
    restart(Duration.ofMillis(500));
    try (Socket socket = new Socket()) {
      socket.setReceiveBufferSize(4096);
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      socket.setSoTimeout(ANSWER_MILLIS);
      String get = "GET /big HTTP/1.1\r\nHost: localhost:" + port + "\r\n\r\n";
      write(socket, get.repeat(4));
      Thread.sleep(3000);
      int got = 0;
      try {
        got = rest(socket).length();
      } catch (IOException e) {
        // Reset: so it is lost.
      }
      assertTrue(got < 4 * BIG.length, "got " + got);
    }
    assertEquals("hi", goodAnswer());
  }

  @Test
  void computingMayTakeLongerThanAClient() throws Exception {
    restart(Duration.ofMillis(300));
    try (Socket socket = connect()) {
      write(
          socket,
          "GET /hang HTTP/1.1\r\nHost: localhost:" + port + "\r\nConnection: close\r\n\r\n");
      Thread.sleep(1500);
      never.countDown();
      assertStatus(200, rest(socket));
    }
    assertEquals(List.of(), List.copyOf(failures));
  }

  @Test
  void closingFreesThePortAndEndsTheThreads() throws Exception {
    assertEquals("hi", goodAnswer());
    try (Socket idle = connect();
        Socket slow = connect();
        Socket hanging = connect()) {
      write(slow, "GET / HT");
      write(hanging, "GET /hang HTTP/1.1\r\nHost: localhost:" + port + "\r\n\r\n");
      Thread.sleep(300);
      assertTrue(threads() > 0);
      server.close();
      new ServerSocket(port, 50, InetAddress.getLoopbackAddress()).close();
      for (Socket socket : List.of(idle, slow, hanging)) {
        try {
          assertEquals("", rest(socket));
        } catch (IOException e) {
          // Reset: closed all the same.
        }
      }
      for (int i = 0; threads() > 0; i++) {
        assertTrue(i < 1000, () -> Thread.getAllStackTraces().keySet().toString());
        Thread.sleep(10);
      }
    }
    server.close();
  }

  private static long threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(
            thread ->
                thread.getName().startsWith("conv4j-explore-")
                    || thread.getName().startsWith("HTTP-Dispatcher"))
        .count();
  }

  @Test
  void aPortThatIsTaken() {
    IOException failure =
        assertThrows(IOException.class, () -> LoopbackServer.start(port, routes()));
    String sentence = failure.getMessage();
    assertTrue(sentence.startsWith("cannot listen on port " + port + " ("), sentence);
    assertTrue(sentence.endsWith("leave --port out for one that is free"), sentence);
  }

  @Test
  void aPortThatWasAskedFor() throws IOException {
    server.close();
    server = LoopbackServer.start(port, routes());
    assertEquals("http://127.0.0.1:" + port + "/", server.address());
    assertEquals("hi", goodAnswer());
  }

  @Test
  void sizesOfRoutesHaveABound() {
    Handler handler = body -> Reply.json("");
    for (int bytes : new int[] {-1, Route.LARGEST + 1}) {
      assertThrows(IllegalArgumentException.class, () -> Route.postJson(bytes, handler));
    }
    assertEquals(Route.LARGEST, Route.postPicture(Route.LARGEST, handler).maxBytes());
  }
}
