package io.github.conv4j.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.conv4j.DType;
import io.github.conv4j.Tensor;
import io.github.conv4j.random.Generator;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class ModuleTest {
  /** A network of somebody's own. */
  private static final class Net extends Module {
    private final Conv2d first = add("first", conv(1, 2));
    private final Sequential rest =
        add("rest", new Sequential(conv(2, 2), new Identity(), conv(2, 1)));

    private static Conv2d conv(int in, int out) {
      return Conv2d.builder(in, out, 3).padding(1).generator(Generator.torch(in)).build();
    }

    @Override
    public Tensor forward(Tensor x) {
      return rest.forward(first.forward(x));
    }
  }

  @Test
  void aStateDictHasPyTorchsNamesInPyTorchsOrder() {
    List<String> expected =
        List.of(
            "first.weight",
            "first.bias",
            "rest.0.weight",
            "rest.0.bias",
            "rest.2.weight",
            "rest.2.bias");
    assertEquals(expected, List.copyOf(new Net().stateDict().keySet()));
  }

  @Test
  void aStateDictIsACopyAndIsTakenAsOne() {
    Net net = new Net();
    Tensor x = Tensor.rand(1, 1, 4, 4);
    Map<String, Tensor> dict = net.stateDict();
    Tensor before = net.forward(x);
    dict.values().forEach(tensor -> Arrays.fill(tensor.floats(), 0));
    assertEquals(before, net.forward(x));
    net.loadStateDict(dict);
    assertEquals(Tensor.zeros(1, 1, 4, 4), net.forward(x));
    dict.values().forEach(tensor -> Arrays.fill(tensor.floats(), 1));
    assertEquals(Tensor.zeros(1, 1, 4, 4), net.forward(x));
  }

  @Test
  void anotherDtypeIsConverted() {
    Net net = new Net();
    Map<String, Tensor> dict = new LinkedHashMap<>();
    net.stateDict().forEach((name, tensor) -> dict.put(name, tensor.to(DType.FLOAT64)));
    Net other = new Net();
    other.loadStateDict(dict);
    assertEquals(net.stateDict(), other.stateDict());
  }

  @Test
  void everyFaultOfAStateDictIsNamedAndNothingIsChanged() {
    Net net = new Net();
    Map<String, Tensor> before = net.stateDict();
    Map<String, Tensor> dict = new LinkedHashMap<>();
    before.forEach((name, tensor) -> dict.put(name, Tensor.zeros(tensor.shape(), tensor.dtype())));
    dict.remove("first.bias");
    dict.remove("rest.2.weight");
    dict.put("head.weight", Tensor.zeros(1));
    dict.put("rest.0.weight", Tensor.zeros(2, 2, 5, 5));
    refused(
        "Net: cannot load this state dict: missing keys: first.bias, rest.2.weight;"
            + " unexpected keys: head.weight;"
            + " other shapes: rest.0.weight is [2, 2, 5, 5] in place of [2, 2, 3, 3]",
        () -> net.loadStateDict(dict));
    assertEquals(before, net.stateDict());
    refused(
        "Net: cannot load this state dict:"
            + " other shapes: rest.0.weight is [2, 2, 5, 5] in place of [2, 2, 3, 3]",
        () -> net.loadStateDict(dict, false));
    dict.remove("rest.0.weight");
    net.loadStateDict(dict, false);
    assertEquals(Tensor.zeros(2, 1, 3, 3), net.stateDict().get("first.weight"));
    assertEquals(before.get("first.bias"), net.stateDict().get("first.bias"));
  }

  @Test
  void itPrintsAsInPyTorch() {
    assertEquals(
        """
        Net(
          (first): Conv2d(1, 2, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1))
          (rest): Sequential(
            (0): Conv2d(2, 2, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1))
            (1): Identity()
            (2): Conv2d(2, 1, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1))
          )
        )""",
        new Net().toString());
    assertEquals("Sequential()", new Sequential().toString());
  }

  @Test
  void modesReachAllChildren() {
    Net net = new Net();
    assertTrue(net.isTraining());
    net.eval();
    assertFalse(net.first.isTraining());
    assertFalse(net.rest.namedChildren().get("1").isTraining());
    net.train();
    assertTrue(net.rest.namedChildren().get("1").isTraining());
  }

  @Test
  void namesAreChecked() {
    Identity child = new Identity();
    for (String name : List.of("", "a.b")) {
      Map<String, Module> named = Map.of(name, child);
      refused(
          "Sequential: expected a child's name without a dot, but got \"" + name + "\"",
          () -> new Sequential(named));
    }
    Sequential chain = new Sequential(child);
    refused("Sequential: a module cannot contain itself", () -> chain.add("self", chain));
    refused("Sequential: the name 0 is taken", () -> chain.add("0", child));
  }

  private static void refused(String message, Executable call) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, call).getMessage());
  }
}
