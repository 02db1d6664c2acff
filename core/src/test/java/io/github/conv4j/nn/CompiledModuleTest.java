package io.github.conv4j.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.conv4j.Conv4j;
import io.github.conv4j.DType;
import io.github.conv4j.Shape;
import io.github.conv4j.Tensor;
import io.github.conv4j.nn.functional.Functional;
import io.github.conv4j.random.Generator;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class CompiledModuleTest {
  private static final Generator RANDOM = Generator.torch(4);

  /** A module whose forward is given. */
  private static final class Lambda extends Module {
    private final UnaryOperator<Tensor> function;

    Lambda(UnaryOperator<Tensor> function, Module... layers) {
      this.function = function;
      for (int i = 0; i < layers.length; i++) {
        add("layer" + i, layers[i]);
      }
      eval();
    }

    @Override
    public Tensor forward(Tensor input) {
      return function.apply(input);
    }
  }

  private static Conv2d conv(int in, int out, int kernel, DType dtype) {
    return Conv2d.builder(in, out, kernel)
        .padding(kernel / 2)
        .dtype(dtype)
        .generator(RANDOM)
        .build();
  }

  private static Conv2d conv(int in, int out, int kernel) {
    return conv(in, out, kernel, DType.FLOAT32);
  }

  private static Tensor input(int... shape) {
    return Tensor.randn(RANDOM, shape);
  }

  private static void same(Module module, Tensor input) {
    assertEquals(module.forward(input), module.compile(input.shape().toArray()).forward(input));
  }

  @Test
  void fusedOperationsGiveTheSameBits() {
    Conv2d a = conv(4, 8, 3);
    Conv2d b = conv(8, 8, 3);
    Conv2d c = conv(4, 8, 1);
    Tensor x = input(2, 4, 9, 11);
    same(new Lambda(t -> Functional.relu(a.forward(t)), a), x);
    same(new Lambda(t -> Functional.relu6(a.forward(t)), a), x);
    same(new Lambda(t -> Functional.silu(a.forward(t)), a), x);
    same(
        new Lambda(
            t -> Functional.relu(b.forward(Functional.relu(a.forward(t))).add(c.forward(t))),
            a,
            b,
            c),
        x);
    same(new Lambda(t -> c.forward(t).add(b.forward(a.forward(t))), a, b, c), x);
  }

  @Test
  void whatOthersTakeIsNotFusedAway() {
    Conv2d a = conv(4, 4, 3);
    Conv2d b = conv(4, 4, 3);
    Tensor x = input(1, 4, 8, 8);
    same(
        new Lambda(
            t -> {
              Tensor between = a.forward(t);
              return Functional.relu(between).add(b.forward(between)).add(between);
            },
            a,
            b),
        x);
    same(
        new Lambda(
            t -> {
              Tensor y = a.forward(t);
              return y.add(y);
            },
            a),
        x);
    same(new Lambda(t -> Functional.relu(t).add(t)), x);
    same(new Lambda(t -> a.forward(Functional.relu(t)).add(t), a), x);
  }

  @Test
  void anInputThatIsTheOutputIsCopied() {
    Tensor x = input(1, 4, 8, 8);
    Identity identity = new Identity();
    identity.eval();
    Tensor y = identity.compile(1, 4, 8, 8).forward(x);
    assertEquals(x, y);
    assertNotSame(x, y);
    assertFalse(x.sharesStorage(y));
    same(new Lambda(t -> t.reshape(1, 4, 64)), x);
    same(new Lambda(t -> Functional.relu(t.reshape(4, 64)).reshape(2, 128)), x);
  }

  @Test
  void batchNormIsFoldedWithinRounding() {
    for (DType dtype : DType.values()) {
      Conv2d conv = conv(16, 24, 3, dtype);
      BatchNorm2d norm = BatchNorm2d.builder(24).dtype(dtype).build();
      Map<String, Tensor> state = new LinkedHashMap<>();
      norm.stateDict()
          .forEach(
              (name, tensor) ->
                  state.put(name, Tensor.uniform(RANDOM, 0.5, 2, tensor.shape(), dtype)));
      norm.loadStateDict(state);
      Sequential net = new Sequential(conv, norm, new ReLU());
      net.eval();
      Tensor x = Tensor.randn(RANDOM, Shape.of(2, 16, 10, 10), dtype);
      CompiledModule compiled = net.compile(2, 16, 10, 10);
      assertTrue(compiled.forward(x).allClose(net.forward(x)));
      assertEquals(1, compiled.explain().lines().filter(l -> l.contains("conv2d")).count());
      assertFalse(compiled.explain().contains("batch_norm"));
    }
  }

  @Test
  void aNetworkOfManyKindsOfLayers() {
    Sequential net =
        new Sequential(
            conv(3, 16, 3),
            new BatchNorm2d(16),
            new ReLU(),
            new MaxPool2d(2),
            conv(16, 32, 3),
            new ReLU(),
            new AdaptiveAvgPool2d(3),
            new Flatten(),
            new Linear(32 * 9, 10));
    net.eval();
    Tensor x = input(5, 3, 20, 20);
    CompiledModule compiled = net.compile(5, 3, 20, 20);
    Tensor y = compiled.forward(x);
    assertTrue(y.allClose(net.forward(x)));
    Tensor alone = net.compile(1, 3, 20, 20).forward(x.narrow(0, 3, 1));
    assertEquals(y.narrow(0, 3, 1), alone);
    int threads = Conv4j.threads();
    try {
      Conv4j.setThreads(1);
      assertEquals(y, compiled.forward(x));
      Conv4j.setThreads(3);
      assertEquals(y, compiled.forward(x));
    } finally {
      Conv4j.setThreads(threads);
    }
  }

  @Test
  void branchesMeet() {
    Conv2d a = conv(4, 3, 1);
    Conv2d b = conv(4, 5, 3);
    Tensor x = input(2, 4, 8, 8);
    same(new Lambda(t -> Tensor.cat(1, a.forward(t), b.forward(t), t), a, b), x);
  }

  @Test
  void buffersAreSharedByValuesWhoseLivesDoNotMeet() {
    List<Module> layers = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      layers.add(conv(4, 4, 3));
    }
    Sequential net = new Sequential(layers.toArray(Module[]::new));
    net.eval();
    CompiledModule compiled = net.compile(1, 4, 16, 16);
    assertEquals(2 * 4 * 16 * 16 * Float.BYTES, compiled.bufferBytes());
    Tensor x = input(1, 4, 16, 16);
    assertEquals(net.forward(x), compiled.forward(x));
  }

  @Test
  void aSumMayTakeThePlaceOfItsResidual() {
    Tensor x = input(2, 4, 16, 16);
    for (int kernel : new int[] {1, 3}) {
      Conv2d a = conv(4, 4, 3);
      Conv2d b = conv(4, 6, 1);
      Conv2d c = conv(6, 4, kernel);
      Conv2d d = conv(4, 4, kernel);
      // What is added is an input of the network, is needed later, is not, and is also multiplied.
      same(new Lambda(t -> a.forward(c.forward(b.forward(t)).add(t)), a, b, c), x);
      same(
          new Lambda(
              t -> {
                Tensor first = a.forward(t);
                Tensor second = Functional.relu(c.forward(b.forward(first)).add(first));
                Tensor third = Functional.relu(c.forward(b.forward(second)).add(first));
                Tensor fourth = c.forward(b.forward(third)).add(third);
                return a.forward(d.forward(fourth).add(fourth));
              },
              a,
              b,
              c,
              d),
          x);
    }
    // Three values of 4 channels live at a time if the sum has a buffer of its own, else two.
    Conv2d wide = conv(4, 4, 1);
    Lambda block = new Lambda(t -> wide.forward(wide.forward(t)).add(t), wide);
    Sequential net = new Sequential(conv(4, 4, 3), block, conv(4, 4, 3));
    net.eval();
    assertEquals(2 * 4 * 16 * 16 * Float.BYTES, net.compile(1, 4, 16, 16).bufferBytes());
  }

  @Test
  void callsDoNotDisturbEachOther() throws Exception {
    Sequential net = new Sequential(conv(4, 8, 3), new ReLU(), conv(8, 8, 3), conv(8, 2, 1));
    net.eval();
    CompiledModule compiled = net.compile(1, 4, 12, 12);
    ExecutorService pool = Executors.newFixedThreadPool(6);
    try {
      List<Future<Boolean>> results = new ArrayList<>();
      for (int i = 0; i < 60; i++) {
        Tensor x = input(1, 4, 12, 12);
        Tensor expected = net.forward(x);
        results.add(pool.submit(() -> compiled.forward(x).equals(expected)));
      }
      for (Future<Boolean> result : results) {
        assertTrue(result.get());
      }
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void laterWeightsDoNotReachIt() {
    Conv2d conv = conv(1, 1, 3);
    conv.eval();
    CompiledModule compiled = conv.compile(1, 1, 5, 5);
    Tensor x = input(1, 1, 5, 5);
    Tensor before = conv.forward(x);
    conv.setWeight(Tensor.zeros(1, 1, 3, 3));
    assertEquals(before, compiled.forward(x));
  }

  @Test
  void whatCannotBeFollowedIsRefused() {
    Tensor constant = Tensor.zeros(1, 2);
    refused(
        "Lambda: cannot be compiled, as add takes a tensor of shape [1, 2] that comes neither from"
            + " the input nor from an operation of a layer, of Functional or of Tensor",
        () -> new Lambda(t -> t.add(constant)).compile(1, 2));
    refused(
        "Sequential: only a module in evaluation mode can be compiled; call eval() first",
        () -> new Sequential(new ReLU()).compile(1, 2));
    Conv2d conv = conv(3, 4, 3);
    conv.eval();
    assertThrows(IllegalArgumentException.class, () -> conv.compile(1, 4, 5, 5));
  }

  @Test
  void otherInputsAreRefused() {
    Conv2d conv = conv(1, 1, 3);
    conv.eval();
    CompiledModule compiled = conv.compile(1, 1, 5, 5);
    refused(
        "Conv2d: compiled for an input of shape [1, 1, 5, 5], but got [1, 1, 6, 6]; compile the"
            + " module for that shape too",
        () -> compiled.forward(Tensor.zeros(1, 1, 6, 6)));
    refused(
        "Conv2d: expected an input of dtype float32, but got float64",
        () -> compiled.forward(Tensor.zeros(1, 1, 5, 5).to(DType.FLOAT64)));
    Tensor x = Tensor.zeros(1, 1, 5, 5);
    refused(
        "Conv2d: expected an output with storage of its own, but it shares that of the input",
        () -> compiled.forward(x, x));
  }

  private static void refused(String message, Executable call) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, call).getMessage());
  }
}
