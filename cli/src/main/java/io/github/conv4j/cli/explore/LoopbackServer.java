package io.github.conv4j.cli.explore;

import com.google.gson.JsonObject;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.Timer;
import java.util.TimerTask;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * A web server for the browsers of this machine alone.
 *
 * <p>It listens on the loopback interface. But any page of the web, while it is open in a browser
 * here, can send requests to this address as well, so a request has to say that it is meant for
 * this server (Host) and comes from its own page (Origin, Sec-Fetch-Site); and no answer may be
 * read, framed or run by another page. Paths are looked up in a table, never in a file system.
 *
 * <p>What clients can take is bounded: the number of threads, the bytes of bodies in memory, the
 * handlers at work, and the time in which a request has to arrive and an answer has to be taken.
 * All methods are safe to call from any thread.
 */
public final class LoopbackServer implements AutoCloseable {
  /** What every answer has, so that a page from here can do nothing but talk to this server. */
  private static final Map<String, String> SAFETY =
      Map.of(
          "Content-Security-Policy",
          "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
              + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
          "X-Content-Type-Options",
          "nosniff",
          "Referrer-Policy",
          "no-referrer",
          "Cross-Origin-Resource-Policy",
          "same-origin",
          "Cross-Origin-Opener-Policy",
          "same-origin",
          "Cache-Control",
          "no-store");

  private static final int HTTP_PORT = 80;

  /** Threads, each of which a slow client can hold for as long as {@link #PATIENCE}. */
  private static final int WORKERS = 64;

  /** Handlers of POST at work; each computes on all processors. */
  private static final int COMPUTING = 4;

  /** For a request to arrive, and for an answer to be taken. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /**
   * How much of a refused body is read all the same, in bytes. A connection that is closed while
   * the client still sends is reset, and the client may never see the answer.
   */
  private static final int DISCARDED = 64 << 20;

  /** A request that is not answered with what it asks for. */
  private static final class Refusal extends Exception {
    private static final long serialVersionUID = 1;

    final int status;

    Refusal(int status, String sentence) {
      super(sentence);
      this.status = status;
    }
  }

  private final HttpServer server;
  private final String host;
  private final Set<String> hosts;
  private final Map<String, Route> routes;
  private final Consumer<Throwable> failures;
  private final long patienceNanos;

  private final ExecutorService workers = Executors.newFixedThreadPool(WORKERS, daemons());
  private final Timer clock = new Timer("conv4j-explore-clock", true);

  /** The patience of each worker that has something to do. */
  private final Map<Thread, Patience> patiences = new ConcurrentHashMap<>();

  private final Semaphore bodyBytes = new Semaphore(Route.LARGEST, true);
  private final Semaphore computing = new Semaphore(COMPUTING, true);

  private LoopbackServer(
      HttpServer server,
      Map<String, Route> routes,
      Consumer<Throwable> failures,
      Duration patience) {
    this.server = server;
    this.routes = Map.copyOf(routes);
    this.failures = failures;
    this.patienceNanos = patience.toNanos();
    InetSocketAddress bound = server.getAddress();
    String name = bound.getAddress() instanceof Inet6Address ? "[::1]" : "127.0.0.1";
    this.host = name + ":" + bound.getPort();
    this.hosts = new TreeSet<>(List.of(host, "localhost:" + bound.getPort()));
    if (bound.getPort() == HTTP_PORT) {
      hosts.addAll(List.of(name, "localhost"));
    }
  }

  /**
   * Starts a server.
   *
   * @param port the port, from 0 to 65535; 0 for any that is free
   * @param routes what there is to ask for, by path
   * @return the server, which answers already
   * @throws IOException if the port cannot be had
   */
  static LoopbackServer start(int port, Map<String, Route> routes) throws IOException {
    return start(port, routes, failure -> {});
  }

  /**
   * Starts a server.
   *
   * @param port the port, from 0 to 65535; 0 for any that is free
   * @param routes what there is to ask for, by path
   * @param failures is given what handlers throw but for IllegalArgumentException, from any thread
   * @return the server, which answers already
   * @throws IOException if the port cannot be had
   */
  public static LoopbackServer start(
      int port, Map<String, Route> routes, Consumer<Throwable> failures) throws IOException {
    return start(port, routes, failures, PATIENCE);
  }

  /** Starts a server that waits for a client no longer than this. */
  static LoopbackServer start(
      int port, Map<String, Route> routes, Consumer<Throwable> failures, Duration patience)
      throws IOException {
    HttpServer server;
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    } catch (SocketException e) {
      throw new IOException(
          "cannot listen on port "
              + port
              + " ("
              + e.getMessage()
              + "): choose another with --port, or leave --port out for one that is free",
          e);
    }
    LoopbackServer started = new LoopbackServer(server, routes, failures, patience);
    started.start();
    return started;
  }

  private void start() {
    server.createContext("/", this::answer);
    server.setExecutor(task -> workers.execute(() -> work(task)));
    long periodMillis = Math.max(1, TimeUnit.NANOSECONDS.toMillis(patienceNanos) / 10);
    clock.schedule(
        new TimerTask() {
          @Override
          public void run() {
            patiences.values().forEach(Patience::check);
          }
        },
        periodMillis,
        periodMillis);
    server.start();
  }

  private static ThreadFactory daemons() {
    AtomicInteger count = new AtomicInteger();
    return task -> {
      Thread thread = new Thread(task, "conv4j-explore-" + count.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }

  /** Returns the address of the page. */
  public String address() {
    return "http://" + host + "/";
  }

  /**
   * Stops at once: the port is free on return, connections are closed, threads end. A handler at
   * work is interrupted; its answer reaches nobody.
   */
  @Override
  public void close() {
    server.stop(0);
    workers.shutdownNow();
    clock.cancel();
  }

  /** Does what the JDK's server wants done: read a request and have it answered. */
  private void work(Runnable task) {
    Patience own = new Patience(patienceNanos);
    patiences.put(Thread.currentThread(), own);
    own.begin();
    try {
      task.run();
    } catch (Error e) {
      // Out of memory before a handler was found, say. This thread can serve the next.
      failures.accept(e);
    } finally {
      own.end();
      patiences.remove(Thread.currentThread());
    }
  }

  private Patience patience() {
    return patiences.get(Thread.currentThread());
  }

  private void answer(HttpExchange exchange) throws IOException {
    int status = 200;
    Reply reply;
    try {
      reply = ask(exchange);
    } catch (Refusal e) {
      status = e.status;
      reply = error(e.getMessage());
    } catch (InterruptedException e) {
      status = 503;
      reply = error("the server has too much to do, try again");
    }
    patience().begin();
    send(exchange, status, reply);
  }

  private Reply ask(HttpExchange exchange) throws IOException, Refusal, InterruptedException {
    checkSender(exchange.getRequestHeaders());
    Route route = route(exchange);
    checkType(exchange.getRequestHeaders(), route);
    int permits = bodyPermits(exchange.getRequestHeaders(), route);
    bodyBytes.acquire(permits);
    try {
      return handle(route, read(exchange.getRequestBody(), route));
    } finally {
      bodyBytes.release(permits);
    }
  }

  /** Refuses what was not sent to this server by its own page, or by the user. */
  private void checkSender(Headers headers) throws Refusal {
    String asked = single(headers, "Host");
    if (asked == null) {
      throw new Refusal(400, "a request needs the header Host");
    }
    // Another site's name may have been made to lead here.
    if (!hosts.contains(asked.toLowerCase(Locale.ROOT))) {
      throw new Refusal(421, "this server is " + address() + " and no other");
    }
    String origin = single(headers, "Origin");
    if (origin != null
        && !(origin.startsWith("http://")
            && hosts.contains(origin.substring("http://".length())))) {
      throw new Refusal(403, "pages of other sites may not ask this server");
    }
    String site = single(headers, "Sec-Fetch-Site");
    if (site != null && site.equalsIgnoreCase("cross-site")) {
      throw new Refusal(
          403, "other sites may not lead here: type or paste the address into the browser");
    }
  }

  /** Returns the value of a header, or null if it is missing. */
  private static String single(Headers headers, String name) throws Refusal {
    List<String> values = headers.get(name);
    if (values == null || values.isEmpty()) {
      return null;
    }
    if (values.size() > 1) {
      throw new Refusal(400, "a request may have the header " + name + " only once");
    }
    return values.get(0).strip();
  }

  private Route route(HttpExchange exchange) throws Refusal {
    // As it was sent: nothing is decoded or resolved, and an address with a host is no path.
    String target = exchange.getRequestURI().toString();
    Route route = routes.get(target.split("\\?", 2)[0]);
    if (route == null) {
      throw new Refusal(404, "there is nothing at this path");
    }
    if (!route.allows(exchange.getRequestMethod())) {
      exchange.getResponseHeaders().set("Allow", route.methods());
      throw new Refusal(405, "this path takes " + route.methods());
    }
    return route;
  }

  private static void checkType(Headers headers, Route route) throws Refusal {
    if (!route.method().equals("POST")) {
      return;
    }
    String type = single(headers, "Content-Type");
    String mediaType = type == null ? "" : type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    if (!route.takes(mediaType)) {
      String expected = route.accepts() + (route.accepts().endsWith("/") ? "*" : "");
      throw new Refusal(415, "this path takes the content type " + expected);
    }
  }

  /** Returns how many bytes the body may take. */
  private static int bodyPermits(Headers headers, Route route) throws Refusal {
    String length = single(headers, "Content-Length");
    if (length == null) {
      // In chunks, whose sum only its end tells, or without a body.
      return headers.containsKey("Transfer-Encoding") ? route.maxBytes() : 0;
    }
    // The JDK's server has refused what is no number.
    long bytes = Long.parseLong(length);
    if (bytes > route.maxBytes()) {
      throw tooLarge(route);
    }
    return (int) bytes;
  }

  private static Refusal tooLarge(Route route) {
    return new Refusal(413, "this path takes at most " + route.maxBytes() + " bytes");
  }

  private static byte[] read(InputStream in, Route route) throws IOException, Refusal {
    byte[] body = in.readNBytes(route.maxBytes());
    if (in.read() >= 0) {
      throw tooLarge(route);
    }
    return body;
  }

  private Reply handle(Route route, byte[] body) throws Refusal, InterruptedException {
    patience().end();
    boolean post = route.method().equals("POST");
    if (post) {
      computing.acquire();
    }
    try {
      return route.handler().handle(body);
    } catch (IllegalArgumentException e) {
      throw new Refusal(400, oneLine(e.getMessage()));
    } catch (OutOfMemoryError e) {
      failures.accept(e);
      throw new Refusal(
          500,
          "this takes more memory than Java may have: choose smaller sizes, or start conv4j with "
              + "more, as in CONV4J_OPTS=-Xmx8g");
    } catch (StackOverflowError e) {
      failures.accept(e);
      throw new Refusal(500, "this is nested too deeply");
    } catch (Exception | Error e) {
      failures.accept(e);
      throw new Refusal(500, "internal error: " + oneLine(e.toString()));
    } finally {
      if (post) {
        computing.release();
      }
    }
  }

  private static String oneLine(String text) {
    return text == null ? "this is not possible" : text.strip().replaceAll("\\s*\\R\\s*", " ");
  }

  private static Reply error(String sentence) {
    JsonObject object = new JsonObject();
    object.addProperty("error", sentence);
    return Reply.json(object.toString());
  }

  private static void send(HttpExchange exchange, int status, Reply reply) throws IOException {
    Headers headers = exchange.getResponseHeaders();
    SAFETY.forEach(headers::set);
    headers.set("Content-Type", reply.contentType());
    byte[] body = reply.body();
    if (exchange.getRequestMethod().equals("HEAD") || body.length == 0) {
      headers.set("Content-Length", Integer.toString(body.length));
      exchange.sendResponseHeaders(status, -1);
    } else {
      exchange.sendResponseHeaders(status, body.length);
      try (OutputStream out = exchange.getResponseBody()) {
        out.write(body);
        out.flush();
        discard(exchange.getRequestBody());
      }
    }
  }

  /** Reads what is left of a body. Not with skip, with which old servers of the JDK lose count. */
  private static void discard(InputStream in) throws IOException {
    byte[] buffer = new byte[8192];
    long left = DISCARDED;
    int read = 0;
    while (left > 0 && read >= 0) {
      read = in.read(buffer);
      left -= read;
    }
  }
}
